import { describe, expect, it } from 'vitest';

import type { RepositoryFiles } from '../../domain/work-orders/find-gates.ts';
import { findRedefinedGates } from '../../domain/work-orders/gate-definitions.ts';
import type { Gate } from '../../domain/work-orders/gates.ts';

const testGate: Gate = { kind: 'test', command: 'npm run test', source: 'package.json scripts.test' };
const makeGate: Gate = { kind: 'test', command: 'make test', source: 'Makefile' };
const goGate: Gate = { kind: 'test', command: 'go test ./...', source: 'go.mod' };

function repository(files: Record<string, string>): RepositoryFiles {
  return { names: new Set(Object.keys(files)), read: (name) => files[name] };
}

function manifest(scripts: Record<string, string>, version = '1.0.0'): RepositoryFiles {
  return repository({ 'package.json': JSON.stringify({ version, scripts }) });
}

describe('gates that a change redefines', () => {
  it('are those whose script it touched', () => {
    expect(findRedefinedGates([testGate], manifest({ test: 'vitest' }), manifest({ test: 'true' }))).toEqual([
      testGate,
    ]);
  });

  it('are those that got a script before or after them', () => {
    const after = manifest({ test: 'vitest', pretest: 'rm -rf test' });
    expect(findRedefinedGates([testGate], manifest({ test: 'vitest' }), after)).toEqual([testGate]);
  });

  it('are those whose script is gone, or cannot be read any more', () => {
    const before = manifest({ test: 'vitest' });
    expect(findRedefinedGates([testGate], before, manifest({}))).toEqual([testGate]);
    expect(findRedefinedGates([testGate], before, repository({ 'package.json': '{' }))).toEqual([testGate]);
    expect(findRedefinedGates([testGate], before, repository({}))).toEqual([testGate]);
  });

  it('are those of a Makefile that changed', () => {
    const before = repository({ Makefile: 'test:\n\tpytest\n' });
    expect(findRedefinedGates([makeGate], before, repository({ Makefile: 'test:\n\ttrue\n' }))).toEqual([makeGate]);
  });

  it('are none when only other things changed', () => {
    const before = manifest({ test: 'vitest', start: 'a' });
    expect(findRedefinedGates([testGate], before, manifest({ test: 'vitest', start: 'b' }, '2.0.0'))).toEqual([]);
    expect(findRedefinedGates([goGate], repository({ 'go.mod': 'a' }), repository({ 'go.mod': 'b' }))).toEqual([]);
  });
});
