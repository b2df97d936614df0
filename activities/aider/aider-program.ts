import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';

import { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import { askProgram, findProgram } from '../../tools/find-program.mjs';

/** Aider as it can be started in a sandbox that hides the folders in which people install programs. */
export interface AiderProgram {
  /** Absolute path of the script's interpreter, or of what starts it in another way. */
  command: string;
  /** What the command is given before Aider's own arguments. */
  firstArguments: readonly string[];
  /** Absolute folders and files that it needs. */
  readable: readonly string[];
  environment: Record<string, string>;
}

const interpreterAnswer = z.object({
  executable: z.string(),
  prefixes: z.array(z.string()),
  packages: z.string(),
});

/** Asks without importing Aider, which takes three seconds. */
const question = [
  'import importlib.util, json, os, sys',
  'origin = importlib.util.find_spec("aider").origin',
  'prefixes = [sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix)]',
  'packages = os.path.dirname(os.path.dirname(origin))',
  'print(json.dumps({"executable": sys.executable, "prefixes": prefixes, "packages": packages}))',
].join('\n');

/** Starts Aider's script, and spares a quarter of an edit's processor time. */
const starter = join(import.meta.dirname, 'start.py');

/** A wrapper may start another wrapper, but not for ever. */
const wrappersMax = 4;

/**
 * Finds out what a path that a person or an installer gave really starts: it may be a link out of an environment of its
 * own (pipx, uv), a script with packages in the home folder (pip), or a wrapper.
 *
 * @param given absolute path, or a name on the PATH
 * @throws AppError tool-missing when it is not there
 */
export async function locateAider(given: string, searchPath: string): Promise<AiderProgram> {
  const path = isAbsolute(given) ? given : (findProgram(given, searchPath) ?? given);
  const { scripts, interpreter } = await followWrappers(path);
  const [script = path, ...wrapped] = scripts;
  const found = interpreter === undefined ? null : await askInterpreter(interpreter);
  if (interpreter === undefined || found === null) {
    return { command: script, firstArguments: [], readable: scripts, environment: {} };
  }
  const isInPrefix = found.prefixes.some((prefix) => !relative(prefix, found.packages).startsWith('..'));
  return {
    // A wrapper starts the script in its own way.
    ...(wrapped.length > 0
      ? { command: script, firstArguments: [] }
      : { command: interpreter, firstArguments: [starter, script] }),
    // A prefix such as /usr is visible anyway; where links lead, the interpreter is found under both names.
    readable: [...new Set([...found.prefixes, found.packages, ...scripts, interpreter, starter])],
    // Packages of the user's home are found through HOME, which is another one in the sandbox.
    environment: isInPrefix ? {} : { PYTHONPATH: found.packages },
  };
}

/** The script behind links and wrappers, with those on the way, and the interpreter that it names. */
async function followWrappers(path: string): Promise<{ scripts: string[]; interpreter: string | undefined }> {
  const scripts: string[] = [];
  for (let next: string | undefined = path; next !== undefined && scripts.length < wrappersMax;) {
    if (scripts.length > 0 && !existsSync(next)) break;
    const script: string = await realPathOf(next);
    const head = await readHead(script);
    scripts.push(script);
    const interpreter = interpreterOf(head);
    if (interpreter !== undefined) return { scripts, interpreter };
    next = /^\s*exec\s+"?(\/[^"\s]+)/m.exec(head)?.[1];
  }
  return { scripts, interpreter: undefined };
}

async function realPathOf(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    const message = `There is no program ${path}, so nothing can edit. Correct AIDER_PATH, or unset it and start again.`;
    throw new AppError('tool-missing', message, { cause });
  });
}

async function readHead(path: string): Promise<string> {
  return (await readFile(path)).subarray(0, 4_096).toString('utf8');
}

/** Long paths do not fit a first line; installers then write `#!/bin/sh`, and the interpreter into the second. */
function interpreterOf(head: string): string | undefined {
  return (
    /^#!\s*(\/\S*python[\d.]*)(?:\s|$)/.exec(head)?.[1] ?? /^'''exec' "?(\/[^"\n]*python[\d.]*)"? /m.exec(head)?.[1]
  );
}

async function askInterpreter(interpreter: string): Promise<z.infer<typeof interpreterAnswer> | null> {
  const { ok, output } = await askProgram(interpreter, ['-c', question], { cwd: dirname(interpreter) });
  return ok ? interpreterAnswer.parse(JSON.parse(output)) : null;
}
