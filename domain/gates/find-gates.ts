import { parseDeclaredGates } from './declared-gates.ts';
import { findGoGates } from './finders/go.ts';
import { findMakeGates } from './finders/make.ts';
import { findNodeGates } from './finders/node.ts';
import { findPythonGates } from './finders/python.ts';
import { findRustGates } from './finders/rust.ts';
import { orderGates, type Gate } from './gate.ts';
import type { RepositoryFiles } from './repository-files.ts';

type Finder = (files: RepositoryFiles) => Gate[];

// The first that finds something which proves a change describes the repository; a Makefile often only wraps the others.
const finders: readonly Finder[] = [findNodeGates, findPythonGates, findGoGates, findRustGates, findMakeGates];

/** Whether a set of gates can prove anything: installing alone proves nothing. */
export function canProve(gates: readonly Gate[]): boolean {
  return gates.some((gate) => gate.kind !== 'install');
}

/**
 * The gates that a repository brings, in the order in which they run: those it declares, else those found by reading it.
 * Empty when there are none, and when the declaration is wrong: guessing past it would run what nobody asked for.
 */
export function findGates(files: RepositoryFiles): Gate[] {
  if (files.declared !== undefined) {
    const declared = parseDeclaredGates(files.declared);
    return typeof declared === 'string' ? [] : declared;
  }
  for (const find of finders) {
    const gates = find(files);
    if (canProve(gates)) return orderGates(gates);
  }
  return [];
}
