import type { Gate, GateKind } from '../gate.ts';
import type { RepositoryFiles } from '../repository-files.ts';

const targetLine = /^([\w.-]{1,100}(?: [\w.-]{1,100}){0,20}) ?::?(?![:=])/;

const targetKinds: readonly (readonly [kind: GateKind, targets: readonly string[]])[] = [
  ['compile', ['build']],
  ['lint', ['lint']],
  ['test', ['test', 'check']],
];

/** The gates of a repository that has a Makefile and nothing better: the first known target of each kind. */
export function findMakeGates(files: RepositoryFiles): Gate[] {
  const lines = (files.read('Makefile') ?? '').split('\n');
  const targets = new Set(lines.flatMap((line) => targetLine.exec(line)?.[1]?.split(' ') ?? []));
  return targetKinds.flatMap(([kind, names]) => {
    const name = names.find((candidate) => targets.has(candidate));
    return name === undefined ? [] : [{ kind, command: `make ${name}`, source: 'Makefile' }];
  });
}
