import type { RepositoryFiles } from './find-gates.ts';
import type { Gate } from './gates.ts';

const scriptSource = /^package\.json scripts\.(.+)$/;

/**
 * The gates whose own definition a change has touched: the script behind `npm run test`, the target behind `make test`.
 * A gate that was redefined by the change it should judge proves nothing.
 *
 * @param gates those of the base commit
 */
export function findRedefinedGates(gates: readonly Gate[], before: RepositoryFiles, after: RepositoryFiles): Gate[] {
  return gates.filter((gate) => definitionOf(gate, before) !== definitionOf(gate, after));
}

function definitionOf(gate: Gate, files: RepositoryFiles): string {
  const script = scriptSource.exec(gate.source)?.[1];
  if (script !== undefined) return scriptsOf(files.read('package.json'), script);
  return gate.source === 'Makefile' ? (files.read('Makefile') ?? '') : '';
}

/** A script with those that npm runs before and after it. */
function scriptsOf(manifest: string | undefined, script: string): string {
  try {
    const { scripts } = JSON.parse(manifest ?? '{}') as { scripts?: Record<string, unknown> };
    return JSON.stringify([scripts?.[`pre${script}`], scripts?.[script], scripts?.[`post${script}`]]);
  } catch {
    return 'unreadable';
  }
}
