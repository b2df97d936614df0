import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  chooseAdmissions,
  describeShortage,
  type AdmissionLimits,
  type HeldSlot,
  type WaitingOrder,
} from '../../../domain/admission/choose-admissions.ts';

const held: fc.Arbitrary<HeldSlot> = fc.record({
  repositoryId: fc.constantFrom('shop', 'site', 'docs'),
  model: fc.constantFrom('small', 'large'),
  owner: fc.constantFrom('ann', 'bob', 'eve'),
});
const waiting: fc.Arbitrary<WaitingOrder[]> = fc
  .array(fc.tuple(held, fc.integer({ min: 1, max: 5 }), fc.nat(50)), { maxLength: 25 })
  .map((orders) =>
    orders.map(([slot, priority, askedAtMs], index) => ({ ...slot, orderId: `order-${index}`, priority, askedAtMs })),
  );
const limits: fc.Arbitrary<AdmissionLimits> = fc.record({
  perRepositoryMax: fc.integer({ min: 1, max: 5 }),
  perModelMax: fc.integer({ min: 1, max: 8 }),
});

const countBy = (slots: readonly HeldSlot[], key: 'repositoryId' | 'model' | 'owner', value: string) =>
  slots.filter((slot) => slot[key] === value).length;
const withIds = (orders: readonly WaitingOrder[], ids: readonly string[]) =>
  ids.map((id) => orders.find(({ orderId }) => orderId === id)!);
const order = (orderId: string, given: Partial<WaitingOrder> = {}): WaitingOrder => ({
  orderId,
  repositoryId: orderId,
  model: 'small',
  owner: 'ann',
  priority: 3,
  askedAtMs: 0,
  ...given,
});

describe('places to work', () => {
  it('never pass a limit: where more work than it allows, nobody is let in', () => {
    fc.assert(
      fc.property(waiting, fc.array(held, { maxLength: 12 }), limits, (asking, working, given) => {
        const after = [...working, ...withIds(asking, chooseAdmissions(asking, working, given))];
        for (const { repositoryId, model } of after) {
          const { perRepositoryMax, perModelMax } = given;
          const [repositoryBefore, modelBefore] = [
            countBy(working, 'repositoryId', repositoryId),
            countBy(working, 'model', model),
          ];
          expect(countBy(after, 'repositoryId', repositoryId)).toBeLessThanOrEqual(
            Math.max(perRepositoryMax, repositoryBefore),
          );
          expect(countBy(after, 'model', model)).toBeLessThanOrEqual(Math.max(perModelMax, modelBefore));
        }
      }),
    );
  });

  it('are given to everybody who has room, once: who keeps waiting is told what for', () => {
    fc.assert(
      fc.property(waiting, fc.array(held, { maxLength: 12 }), limits, (asking, working, given) => {
        const admitted = chooseAdmissions(asking, working, given);
        expect(new Set(admitted).size).toBe(admitted.length);
        const after = [...working, ...withIds(asking, admitted)];
        for (const left of asking.filter(({ orderId }) => !admitted.includes(orderId))) {
          expect(describeShortage(left, after, given)).toMatch(/^\d other work orders are at work .+\.$/);
        }
      }),
    );
  });

  it('are given in an order in which each is the best claim of those that fitted at that moment', () => {
    fc.assert(
      fc.property(waiting, fc.array(held, { maxLength: 6 }), limits, (asking, working, given) => {
        const now = [...working];
        const left = new Map(asking.map((one) => [one.orderId, one]));
        for (const chosen of withIds(asking, chooseAdmissions(asking, working, given))) {
          const fitting = [...left.values()].filter((one) => describeShortage(one, now, given) === null);
          const claim = (one: WaitingOrder) => [one.priority, countBy(now, 'owner', one.owner), one.askedAtMs] as const;
          for (const rival of fitting) expect(isNoWorse(claim(chosen), claim(rival))).toBe(true);
          now.push(chosen);
          left.delete(chosen.orderId);
        }
      }),
    );
  });

  it('are given to every order in the end, when places are given back', () => {
    fc.assert(
      fc.property(waiting, limits, fc.infiniteStream(fc.nat(100)), (asking, given, picks) => {
        let left = asking;
        let working: WaitingOrder[] = [];
        const seen = new Set<string>();
        for (let round = 0; round <= asking.length * 2; round += 1) {
          const admitted = chooseAdmissions(left, working, given);
          for (const id of admitted) seen.add(id);
          working.push(...withIds(left, admitted));
          left = left.filter(({ orderId }) => !admitted.includes(orderId));
          const ended = (picks.next().value ?? 0) % Math.max(1, working.length);
          working = working.filter((_one, index) => index !== ended);
        }
        expect([...seen].sort()).toEqual(asking.map(({ orderId }) => orderId).sort());
      }),
    );
  });

  it('do not depend on the order in which the claims are listed', () => {
    fc.assert(
      fc.property(waiting, limits, (asking, given) => {
        expect(chooseAdmissions(asking.toReversed(), [], given)).toEqual(chooseAdmissions(asking, [], given));
      }),
    );
  });

  it('go to the most urgent first, then to the owner with the fewest at work, then to who asked first', () => {
    const one = { perRepositoryMax: 1, perModelMax: 1 };
    const late = order('late', { priority: 1, askedAtMs: 9 });
    const early = order('early', { askedAtMs: 1 });
    expect(chooseAdmissions([early, late], [], one)).toEqual(['late']);
    const two = { perRepositoryMax: 5, perModelMax: 3 };
    const atWork = [order('works', { owner: 'ann' })];
    const others = [order('ann-first', { askedAtMs: 1 }), order('bob', { owner: 'bob', askedAtMs: 5 })];
    expect(chooseAdmissions(others, atWork, two)).toEqual(['bob', 'ann-first']);
    expect(chooseAdmissions([order('second', { askedAtMs: 2 }), early], [], one)).toEqual(['early']);
  });

  it('alternate between owners who ask for many at once', () => {
    const asking = ['a1', 'a2', 'a3', 'b1', 'b2'].map((id, askedAtMs) =>
      order(id, { owner: id.startsWith('a') ? 'ann' : 'bob', askedAtMs }),
    );
    expect(chooseAdmissions(asking, [], { perRepositoryMax: 1, perModelMax: 4 })).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('that are full for one repository or model hold nobody else back', () => {
    const full = { perRepositoryMax: 1, perModelMax: 2 };
    const working = [order('works', { repositoryId: 'shop', model: 'small' })];
    const blocked = order('blocked', { repositoryId: 'shop', priority: 1, model: 'large' });
    const free = order('free', { repositoryId: 'site', priority: 5, model: 'small' });
    expect(chooseAdmissions([blocked, free], working, full)).toEqual(['free']);
    expect(describeShortage(blocked, working, full)).toBe('1 other work orders are at work on this repository.');
    expect(describeShortage({ ...free, repositoryId: 'docs' }, [...working, free], full)).toContain('with small');
  });
});

/** Whether the first of two claims comes before the second, or level with it. */
function isNoWorse(claim: readonly number[], rival: readonly number[]): boolean {
  const differing = claim.findIndex((value, index) => value !== rival[index]);
  return differing === -1 || (claim[differing] ?? 0) < (rival[differing] ?? 0);
}
