import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { languageOf } from '../../domain/guards/mask-code.ts';
import type { GateDependencies } from '../gates/run-gate.ts';
import type { Workspace } from '../git/workspace.ts';
import { locateLizard } from './lizard-program.ts';

export interface ComplexityDependencies {
  gates: Pick<GateDependencies, 'containment' | 'searchPath'>;
  /** Absolute; undefined where there is no lizard. */
  lizardPath: string | undefined;
}

export interface ComplexityRequest {
  workspace: Workspace;
  /** Each text is a file on its own; the path only tells the language. */
  sources: readonly { path: string; text: string }[];
  signal: AbortSignal;
}

/** For each source in its order the complexity of its most complex function, null where it is unknown. */
export interface ComplexityResult {
  values: (number | null)[];
  /** Why none could be measured. */
  note: string | undefined;
}

const timeoutMs = 60_000;
const sourcesMax = 200;
const textLengthMax = 1_000_000;

/** Endings that lizard understands; other spellings of the same language are given the usual one. */
const endings: Record<string, string> = {
  ...Object.fromEntries(
    ['js', 'jsx', 'ts', 'tsx', 'vue', 'py', 'go', 'rs', 'rb', 'java', 'kt', 'cs', 'c', 'h', 'cc', 'cpp', 'hpp'].map(
      (ending) => [ending, ending],
    ),
  ),
  ...{ mjs: 'js', cjs: 'js', mts: 'ts', cts: 'ts', pyi: 'py', kts: 'kt', swift: 'swift', scala: 'scala', php: 'php' },
};

/** Counts the paths through the functions of some texts, with lizard in the sandbox. Never throws for a text's sake. */
export async function measureComplexity(
  { gates, lizardPath }: ComplexityDependencies,
  { workspace, sources, signal }: ComplexityRequest,
): Promise<ComplexityResult> {
  const named = sources.map(({ path, text }, index) => ({ text, path, name: copyName(path, index, text) }));
  const copies = named.flatMap(({ text, name }) => (name === null ? [] : [{ name, text }]));
  // What is no code has no function.
  const unknown = named.map(({ path }) => (languageOf(path) === null ? 0 : null));
  if (copies.length === 0) return { values: unknown, note: undefined };
  const program = lizardPath === undefined ? null : await locateLizard(lizardPath);
  if (program === null) return { values: unknown, note: 'lizard, which counts it, is not on this machine.' };
  const folder = join(workspace.home, 'acceptance');
  await writeCopies(folder, copies);
  const result = await gates.containment.run({
    command: program.command,
    args: ['--csv', '--ignore_warnings', '-1', ...copies.map(({ name }) => name)],
    cwd: folder,
    env: {
      PATH: gates.searchPath,
      HOME: workspace.home,
      TMPDIR: '/tmp',
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    writable: [folder],
    readable: program.readable,
    network: false,
    timeoutMs,
    signal,
  });
  signal.throwIfAborted();
  await rm(folder, { recursive: true, force: true });
  if (result.timedOut || result.exitCode !== 0) {
    const how = result.timedOut ? 'took too long' : `ended with exit code ${result.exitCode ?? 'none'}`;
    return { values: unknown, note: `lizard, which counts it, ${how}.` };
  }
  const counted = readCsv(result.output);
  const values = named.map(({ name }, index) => (name === null ? (unknown[index] ?? null) : (counted.get(name) ?? 0)));
  return { values, note: undefined };
}

// A number for a name: paths of a repository may hold anything, and lizard would read some as options.
function copyName(path: string, index: number, text: string): string | null {
  const ending = endings[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  const isTooMuch = index >= sourcesMax || text.length > textLengthMax;
  return ending === undefined || isTooMuch ? null : `${String(index).padStart(4, '0')}.${ending}`;
}

async function writeCopies(folder: string, copies: readonly { name: string; text: string }[]): Promise<void> {
  // Whatever ran in the workspace may have put a link there; removed and made again it is a folder.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const { name, text } of copies) await writeFile(join(folder, name), withoutExcuses(text), { flag: 'wx' });
}

/** Comments with these words make lizard leave out a function or the rest of a file; the code has to count. */
function withoutExcuses(text: string): string {
  return text.replaceAll(/forgive/gi, 'excuse').replaceAll(/generated code/gi, 'made code');
}

/** Rows are: lines, complexity, tokens, parameters, length, "function@from-to@file", ... */
function readCsv(output: string): Map<string, number> {
  const most = new Map<string, number>();
  for (const row of output.split('\n')) {
    const [, complexity] = /^\d{1,9},(\d{1,9}),\d{1,9},/.exec(row) ?? [];
    const name = /@\d{1,9}-\d{1,9}@(\d{4}\.[a-z]{1,5})",/.exec(row)?.[1];
    if (complexity === undefined || name === undefined) continue;
    most.set(name, Math.max(Number(complexity), most.get(name) ?? 0));
  }
  return most;
}
