import { describe, expect, it } from 'vitest';

import type { RepositoryFiles } from '../../../domain/gates/repository-files.ts';
import { findRedefinedGates } from '../../../domain/gates/gate-definitions.ts';
import type { Gate } from '../../../domain/gates/gate.ts';

const testGate: Gate = { kind: 'test', command: 'npm run test', source: 'package.json scripts.test' };
const makeGate: Gate = { kind: 'test', command: 'make test', source: 'Makefile' };
const goGate: Gate = { kind: 'test', command: 'go test ./...', source: 'go.mod' };

function repository(files: Record<string, string>): RepositoryFiles {
  return { paths: new Set(Object.keys(files)), read: (name) => files[name] };
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

  it('are those whose script runs that of all packages, when one of these was touched', () => {
    const shop = (test: string, own = 'npm test --workspaces') =>
      repository({
        'package.json': JSON.stringify({ scripts: { test: own } }),
        'packages/a/package.json': JSON.stringify({ scripts: { test } }),
      });
    expect(findRedefinedGates([testGate], shop('jest'), shop('true'))).toEqual([testGate]);
    expect(findRedefinedGates([testGate], shop('jest'), shop('jest', 'true'))).toEqual([testGate]);
    expect(findRedefinedGates([testGate], shop('jest'), shop('jest'))).toEqual([]);
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

  it('are those whose script calls one that it touched, and declared ones that run it', () => {
    const before = manifest({ test: 'npm run unit', unit: 'vitest' });
    const after = manifest({ test: 'npm run unit', unit: 'true' });
    const declared: Gate = { kind: 'test', command: 'npm test', source: '.ratchet.yml' };
    expect(findRedefinedGates([testGate, declared], before, after)).toEqual([testGate, declared]);
    expect(findRedefinedGates([testGate, declared], before, before)).toEqual([]);
  });

  it('are those of workspace packages whose script it touched', () => {
    const gate: Gate = { kind: 'test', command: 'pnpm -r run test', source: 'workspace packages scripts.test' };
    const packages = (test: string) =>
      repository({ 'package.json': '{}', 'a/package.json': JSON.stringify({ scripts: { test } }) });
    expect(findRedefinedGates([gate], packages('vitest'), packages('true'))).toEqual([gate]);
    expect(findRedefinedGates([gate], packages('vitest'), packages('vitest'))).toEqual([]);
  });

  it('are none when only the declaration changed, which is read from the base commit', () => {
    const declared: Gate = { kind: 'test', command: './check.sh', source: '.ratchet.yml' };
    const files = (text: string) => repository({ '.ratchet.yml': text });
    expect(findRedefinedGates([declared], files('a'), files('b'))).toEqual([]);
  });
});
