import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBatcher } from '../../../prisma/batcher.ts';

/** A statement that can be let go one by one. */
function held() {
  const batches: number[][] = [];
  const gates: (() => void)[] = [];
  const ask = createBatcher(async (items: number[]) => {
    batches.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return items.map((item) => item * 2);
  });
  const letGo = async () => {
    gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { batches, ask, letGo };
}

describe('a batcher', () => {
  it('sends what is asked in one turn together, and what comes meanwhile in the next statement', async () => {
    const { batches, ask, letGo } = held();
    const first = [ask(1), ask(2)];
    await Promise.resolve();
    expect(batches).toEqual([[1, 2]]);
    const second = [ask(3), ask(4), ask(5)];
    await Promise.resolve();
    expect(batches).toHaveLength(1);
    await letGo();
    expect(await Promise.all(first)).toEqual([2, 4]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    await letGo();
    expect(await Promise.all(second)).toEqual([6, 8, 10]);
  });

  it('runs one statement at a time, of 64 at most', async () => {
    let running = 0;
    const sizes: number[] = [];
    const ask = createBatcher(async (items: number[]) => {
      running += 1;
      expect(running).toBe(1);
      sizes.push(items.length);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return items;
    });
    await Promise.all(Array.from({ length: 150 }, (_item, index) => ask(index)));
    expect(sizes).toEqual([64, 64, 22]);
  });

  it('fails those of a statement that failed, and nobody after them', async () => {
    let count = 0;
    const ask = createBatcher((items: number[]) => {
      count += 1;
      return count === 1 ? Promise.reject(new Error('no database')) : Promise.resolve(items);
    });
    const failed = await Promise.allSettled([ask(1), ask(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await ask(3)).toBe(3);
  });

  it('gives everybody the answer to his own question, however the questions come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.integer(), { maxLength: 90 }), { maxLength: 6 }), async (turns) => {
        const ask = createBatcher(async (items: number[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          return items.map((item) => -item);
        });
        const answers: Promise<number>[] = [];
        for (const turn of turns) {
          answers.push(...turn.map((item) => ask(item)));
          await Promise.resolve();
        }
        expect(await Promise.all(answers)).toEqual(turns.flat().map((item) => -item));
      }),
      { numRuns: 30 },
    );
  });
});
