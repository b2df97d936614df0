import { scriptRunEverywhere } from './finders/workspace-scripts.ts';
import type { Gate } from './gate.ts';
import { readManifest, type RepositoryFiles } from './repository-files.ts';

const scriptSource = /^package\.json scripts\.(.+)$/;
const workspaceSource = /^workspace packages scripts\.(.+)$/;
/** What starts a script: also inside another script, and in a declared command. */
const scriptCall = /\b(?:npm|pnpm|yarn)(?: run(?:-script)?| -r run)? ([\w:.-]{1,100})/g;
const makeCall = /(?:^|[\s;&|])make\b/;

/**
 * The gates whose own definition a change has touched: the script behind `npm run test` with the scripts it calls, the
 * target behind `make test`. A gate that was redefined by the change it should judge proves nothing. `.ratchet.yml` is
 * read from the base commit alone, so a change of it redefines nothing.
 *
 * @param gates those of the base commit
 */
export function findRedefinedGates(gates: readonly Gate[], before: RepositoryFiles, after: RepositoryFiles): Gate[] {
  const manifests = [...before.paths].filter((path) => path === 'package.json' || path.endsWith('/package.json'));
  return gates.filter((gate) => definitionOf(gate, before, manifests) !== definitionOf(gate, after, manifests));
}

function definitionOf(gate: Gate, files: RepositoryFiles, manifests: readonly string[]): string {
  const inPackages = workspaceSource.exec(gate.source)?.[1];
  if (inPackages !== undefined) {
    return JSON.stringify(manifests.map((path) => scriptsOf(files, path, [inPackages])));
  }
  const script = scriptSource.exec(gate.source)?.[1];
  const called = script === undefined ? calledScripts(gate.command) : [script];
  const makefile = gate.source === 'Makefile' || makeCall.test(gate.command) ? (files.read('Makefile') ?? '') : '';
  const inTurn = called.flatMap((name) => scriptsInPackages(files, { name, manifests }));
  return JSON.stringify([scriptsOf(files, 'package.json', called), makefile, ...inTurn]);
}

/** The scripts of the packages, where one of the top folder runs them all. */
function scriptsInPackages(
  files: RepositoryFiles,
  { name, manifests }: { name: string; manifests: readonly string[] },
): string[] {
  const everywhere = scriptRunEverywhere(readManifest(files)?.scripts[name] ?? '');
  return everywhere === undefined ? [] : manifests.map((path) => scriptsOf(files, path, [everywhere]));
}

function calledScripts(text: string): string[] {
  return Array.from(text.matchAll(scriptCall), (match) => match[1] ?? '');
}

/** Scripts with those that npm runs before and after them, and those that they call. */
function scriptsOf(files: RepositoryFiles, path: string, names: readonly string[]): string {
  const manifest = readManifest(files, path);
  if (names.length === 0) return '';
  if (manifest === null) return 'unreadable';
  const found: [name: string, text: string][] = [];
  const waiting = names.flatMap(withHooks);
  const seen = new Set(waiting);
  for (const name of waiting) {
    const text = manifest.scripts[name];
    if (text === undefined) continue;
    found.push([name, text]);
    for (const called of calledScripts(text).flatMap(withHooks)) {
      if (seen.has(called)) continue;
      seen.add(called);
      waiting.push(called);
    }
  }
  return JSON.stringify(found);
}

function withHooks(name: string): string[] {
  return [`pre${name}`, name, `post${name}`];
}
