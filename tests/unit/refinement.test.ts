import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkProposal, type Proposal } from '../../domain/work-orders/proposal.ts';
import { bestCycle, shouldRefine } from '../../domain/work-orders/refinement.ts';

const empty: Proposal = { summary: '', files: [], tests: [], risks: [], criteriaCovered: [] };

const cyclesOf = (counts: readonly number[]) =>
  counts.map((count, index) => ({
    cycle: index + 1,
    findings: Array.from({ length: count }, (_, number) => `finding ${number}`),
    proposal: empty,
  }));

describe('refinement', () => {
  it('asks for a first plan, and again while there are findings and cycles are left', () => {
    expect(shouldRefine([])).toBe(true);
    expect(shouldRefine(cyclesOf([3]))).toBe(true);
    expect(shouldRefine(cyclesOf([3, 2]))).toBe(true);
    expect(shouldRefine(cyclesOf([3, 2, 1]))).toBe(false);
  });

  it('ends at a plan without findings, and after two cycles without progress', () => {
    expect(shouldRefine(cyclesOf([0]))).toBe(false);
    expect(shouldRefine(cyclesOf([3, 3]), 9)).toBe(true);
    expect(shouldRefine(cyclesOf([3, 4, 3]), 9)).toBe(false);
    expect(shouldRefine(cyclesOf([3, 4, 2]), 9)).toBe(true);
  });

  it('keeps the best cycle, of equal ones the first', () => {
    expect(bestCycle([])).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1 }), (counts) => {
        const least = Math.min(...counts);
        expect(bestCycle(cyclesOf(counts))!.cycle).toBe(counts.indexOf(least) + 1);
      }),
    );
  });
});

describe('the check of a plan by the rules of refinement', () => {
  const order = { acceptanceCriteria: [{ id: 'AC1', text: 'It works' }], filesInScope: [], rules: { filesMax: 2 } };
  const existing = new Set(['src/index.ts', 'src/a.ts']);
  const file = (path: string, criteria?: string[]) => ({ path, intent: 'x', isNew: true, criteria });
  const plan = (change: Partial<Proposal>): Proposal => ({
    ...empty,
    files: [file('src/a.ts')],
    tests: ['a test'],
    criteriaCovered: ['AC1'],
    ...change,
  });

  it.each(['src/index.ts', 'package.json', 'api/a.proto', 'openapi.yaml', 'schema.graphql'])(
    'wants %s declared as a contract',
    (path) => {
      expect(checkProposal(plan({ files: [file(path)] }), order, existing)).toHaveLength(1);
      expect(checkProposal(plan({ files: [file(path)], contracts: [path] }), order, existing)).toEqual([]);
    },
  );

  it('wants a test where a criterion has no command', () => {
    expect(checkProposal(plan({ tests: [] }), order, existing)).toEqual([
      'Nothing would prove AC1: it has no command, and the plan names no test to add.',
    ]);
    const proven = { ...order, acceptanceCriteria: [{ id: 'AC1', text: 'x', command: 'npm test' }] };
    expect(checkProposal(plan({ tests: [] }), proven, existing)).toEqual([]);
  });

  it('wants an intent for each criterion once intents name any, and no more files than are allowed', () => {
    expect(checkProposal(plan({ files: [file('src/a.ts', ['AC2'])] }), order, existing)).toHaveLength(1);
    expect(checkProposal(plan({ files: [file('src/a.ts', ['AC1'])], criteriaCovered: [] }), order, existing)).toEqual(
      [],
    );
    const files = ['a.ts', 'b.ts', 'c.ts'].map((path) => file(path));
    expect(checkProposal(plan({ files }), order, existing)).toEqual(['The plan names 3 files, where 2 are allowed.']);
  });
});
