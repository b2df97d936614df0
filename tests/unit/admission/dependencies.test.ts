import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  checkDependencies,
  findCycle,
  type Dependency,
  type DependencyRule,
} from '../../../domain/admission/dependencies.ts';
import { dependencyKinds, isFinal, workOrderStatuses } from '../../../domain/work-orders/work-order.ts';

const dependency: fc.Arbitrary<Dependency> = fc.record({
  number: fc.integer({ min: 1, max: 99 }),
  kind: fc.constantFrom(...dependencyKinds),
  status: fc.constantFrom(...workOrderStatuses),
  isMerged: fc.boolean(),
});
const rule = fc.constantFrom<DependencyRule>('completed', 'merged');
const stateOf = (given: Partial<Dependency>, by: DependencyRule = 'completed') =>
  checkDependencies([{ number: 7, kind: 'hard', status: 'running', isMerged: false, ...given }], by).state;

describe('an order that depends on another one', () => {
  it.each([
    { kind: 'hard', status: 'completed', isMerged: false, rule: 'completed', state: 'ready' },
    { kind: 'hard', status: 'completed', isMerged: false, rule: 'merged', state: 'waiting' },
    { kind: 'hard', status: 'completed', isMerged: true, rule: 'merged', state: 'ready' },
    { kind: 'hard', status: 'needs_review', isMerged: false, rule: 'completed', state: 'waiting' },
    { kind: 'hard', status: 'needs_review', isMerged: true, rule: 'completed', state: 'ready' },
    { kind: 'hard', status: 'needs_review', isMerged: true, rule: 'merged', state: 'ready' },
    { kind: 'hard', status: 'failed', isMerged: false, rule: 'completed', state: 'blocked' },
    { kind: 'hard', status: 'cancelled', isMerged: false, rule: 'merged', state: 'blocked' },
    { kind: 'hard', status: 'failed', isMerged: true, rule: 'merged', state: 'ready' },
    { kind: 'hard', status: 'draft', isMerged: false, rule: 'completed', state: 'waiting' },
    { kind: 'hard', status: 'waiting', isMerged: false, rule: 'completed', state: 'waiting' },
    { kind: 'soft', status: 'failed', isMerged: false, rule: 'merged', state: 'ready' },
    { kind: 'soft', status: 'cancelled', isMerged: false, rule: 'completed', state: 'ready' },
    { kind: 'soft', status: 'needs_review', isMerged: false, rule: 'merged', state: 'ready' },
    { kind: 'soft', status: 'running', isMerged: false, rule: 'completed', state: 'waiting' },
  ] as const)(
    '($kind), which is $status (merged: $isMerged), under the rule "$rule", is $state',
    ({ rule: by, state, ...given }) => {
      expect(stateOf(given, by)).toBe(state);
    },
  );

  it('is never blocked by a soft dependency, and never ready before all that it depends on have ended or were merged', () => {
    fc.assert(
      fc.property(fc.array(dependency), rule, (all, by) => {
        const { state, reason } = checkDependencies(all, by);
        expect(reason).toMatch(/\.$/);
        if (all.every(({ kind }) => kind === 'soft')) expect(state).not.toBe('blocked');
        if (state === 'ready') expect(all.every(({ status, isMerged }) => isFinal(status) || isMerged)).toBe(true);
      }),
    );
  });

  it('is judged by its worst dependency, whatever else it depends on', () => {
    const ranks = { ready: 0, waiting: 1, blocked: 2 };
    fc.assert(
      fc.property(fc.array(dependency, { minLength: 1 }), rule, (all, by) => {
        const alone = all.map((one) => checkDependencies([one], by).state);
        const worst = alone.sort((a, b) => ranks[b] - ranks[a])[0];
        expect(checkDependencies(all, by).state).toBe(worst);
      }),
    );
  });

  it('that waits or is blocked names which orders for, and how they stand', () => {
    const done: Dependency = { number: 1, kind: 'hard', status: 'completed', isMerged: false };
    const open: Dependency = { number: 2, kind: 'soft', status: 'running', isMerged: false };
    const gone: Dependency = { number: 3, kind: 'hard', status: 'failed', isMerged: false };
    expect(checkDependencies([done, open], 'completed').reason).toBe('It waits for order 2 (running).');
    expect(checkDependencies([done, open, gone], 'completed').reason).toContain('order 3 (failed), which will not');
    expect(checkDependencies([], 'merged').state).toBe('ready');
  });
});

describe('a circle of dependencies', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
  const name = fc.constantFrom(...names);
  const graph = fc.uniqueArray(fc.tuple(name, name), { selector: (edge) => edge.join(), maxLength: 18 });
  const reader = (edges: readonly (readonly [string, string])[]) => (from: string) =>
    edges.filter(([source]) => source === from).map(([, target]) => target);

  it('that is named is a real one, through a dependency that was asked for', () => {
    fc.assert(
      fc.property(graph, name, fc.uniqueArray(name), (edges, orderId, wanted) => {
        const cycle = findCycle(orderId, wanted, reader(edges));
        if (cycle === null) return;
        expect([cycle[0], cycle.at(-1)]).toEqual([orderId, orderId]);
        expect(wanted).toContain(cycle[1]);
        for (let index = 1; index < cycle.length - 1; index += 1) {
          expect(reader(edges)(cycle[index]!)).toContain(cycle[index + 1]);
        }
      }),
    );
  });

  it('is found whenever there is one: exactly when a wanted order leads back', () => {
    fc.assert(
      fc.property(graph, name, fc.uniqueArray(name), (edges, orderId, wanted) => {
        const reached = new Set<string>(wanted);
        for (let before = -1; before < reached.size;) {
          before = reached.size;
          for (const from of [...reached]) if (from !== orderId) for (const to of reader(edges)(from)) reached.add(to);
        }
        expect(findCycle(orderId, wanted, reader(edges)) !== null).toBe(reached.has(orderId));
      }),
    );
  });

  it('of an order with itself is one, too', () => {
    expect(findCycle('a', ['a'], () => [])).toEqual(['a', 'a']);
    expect(findCycle('a', ['b'], (id) => (id === 'b' ? ['c'] : ['a']))).toEqual(['a', 'b', 'c', 'a']);
  });

  it('elsewhere, which the new dependencies have no part in, ends the search all the same', () => {
    expect(findCycle('a', ['b'], (id) => (id === 'b' ? ['c'] : ['b']))).toBeNull();
  });

  it('is searched for in ten thousand orders that all lead to the same ones, without visiting any twice', () => {
    let visits = 0;
    const layered = (id: string) => {
      visits += 1;
      const [layer = 0] = id.split(':').map(Number);
      return layer < 100 ? Array.from({ length: 100 }, (_one, index) => `${layer + 1}:${index}`) : [];
    };
    expect(findCycle('start', ['1:0'], layered)).toBeNull();
    expect(visits).toBeLessThanOrEqual(10_001);
  });
});
