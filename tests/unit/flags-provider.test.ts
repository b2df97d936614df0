import { setTimeout as wait } from 'node:timers/promises';

import { TypedInMemoryProvider, OpenFeature, type Provider } from '@openfeature/server-sdk';
import { describe, expect, it } from 'vitest';

import { AppError } from '../../domain/errors.ts';
import { flagList } from '../../domain/flags/flags.ts';
import { createFlagProvider } from '../../platform/flag-provider.ts';
import { createFlagResults } from '../../platform/flag-results.ts';
import type { FlagCounts } from '../../platform/flag-store.ts';
import { useFlagProvider } from '../../platform/flags.ts';

const name = 'GATE_REPAIRS';

/** Takes the lines of a log, and nothing else of a logger. */
function listen() {
  const lines: string[] = [];
  const take = (_facts: unknown, line?: string) => void lines.push(line ?? String(_facts));
  return { lines, logger: { warn: take, info: take } as never };
}

/** A store whose answer and whose state a test chooses. */
function openStore() {
  const store = {
    turned: new Map<string, boolean>(),
    reads: 0,
    /** What a read waits for, or fails with. */
    answer: async (): Promise<void> => undefined,
    async read() {
      store.reads += 1;
      await store.answer();
      return new Map(store.turned);
    },
  };
  return store;
}

async function evaluate(provider: Provider, defaultValue = true) {
  return provider.resolveBooleanEvaluation(name, defaultValue, {}, console);
}

const away = async () => Promise.reject(new Error('Nobody listens there.'));

describe('the provider of flags', () => {
  it('says the default until somebody turns the flag, then what it was turned to', async () => {
    const store = openStore();
    const provider = createFlagProvider({ read: store.read, logger: listen().logger, ageMaxMs: 0 });
    expect(await evaluate(provider, true)).toEqual({ value: true, reason: 'DEFAULT' });
    expect(await evaluate(provider, false)).toEqual({ value: false, reason: 'DEFAULT' });
    store.turned.set(name, false);
    expect((await evaluate(provider, true)).value).toBe(false);
  });

  it('reads once for all who ask at once, and again when the values are too old', async () => {
    const store = openStore();
    const provider = createFlagProvider({ read: store.read, logger: listen().logger, ageMaxMs: 100 });
    await Promise.all(Array.from({ length: 50 }, () => evaluate(provider)));
    await evaluate(provider);
    expect(store.reads).toBe(1);
    store.turned.set(name, false);
    await wait(120);
    expect((await evaluate(provider)).value).toBe(false);
    expect(store.reads).toBe(2);
  });

  it('keeps the last values while the store is away, says so once, and follows when it is back', async () => {
    const store = openStore();
    const { lines, logger } = listen();
    const provider = createFlagProvider({ read: store.read, logger, ageMaxMs: 0 });
    store.turned.set(name, false);
    await evaluate(provider);
    store.answer = away;
    for (let use = 0; use < 20; use += 1) {
      expect(await evaluate(provider)).toEqual({ value: false, reason: 'STALE' });
    }
    expect(lines).toEqual(['the flags cannot be read: the last known values stay']);
    store.answer = async () => undefined;
    store.turned.set(name, true);
    expect((await evaluate(provider, false)).value).toBe(true);
    expect(lines.slice(1)).toEqual(['the flags can be read again']);
  });

  it('says the default where the store was never there', async () => {
    const store = openStore();
    store.answer = away;
    const provider = createFlagProvider({ read: store.read, logger: listen().logger });
    expect((await evaluate(provider, true)).value).toBe(true);
    expect((await evaluate(provider, false)).value).toBe(false);
  });

  it('waits for no store that does not answer, and takes its answer when it comes after all', async () => {
    const store = openStore();
    const late = Promise.withResolvers<undefined>();
    store.answer = () => late.promise;
    store.turned.set(name, false);
    const provider = createFlagProvider({ read: store.read, logger: listen().logger, waitMaxMs: 50 });
    const startedAtMs = performance.now();
    expect((await evaluate(provider)).value).toBe(true);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    late.resolve(undefined);
    expect((await evaluate(provider)).value).toBe(false);
    expect(store.reads).toBe(1);
  });
});

describe('the flags of a process', () => {
  it('come from another OpenFeature provider when the process hands one over', async () => {
    const provider = new TypedInMemoryProvider({
      [name]: { variants: { on: true, off: false }, defaultVariant: 'off', disabled: false },
    });
    const flags = await useFlagProvider(provider, { logger: listen().logger });
    expect(await flags.isOn(name)).toBe(false);
    // It knows nothing of the others.
    expect(await flags.isOn('MODEL_STAND_INS')).toBe(true);
    provider.putConfiguration({
      [name]: { variants: { on: true, off: false }, defaultVariant: 'on', disabled: false },
    });
    expect(await flags.isOn(name)).toBe(true);
    expect(await flags.measured(name, async () => 7)).toBe(7);
    await flags.close();
  });

  it('have their defaults where the provider can not be made ready, and the log says so', async () => {
    const { lines, logger } = listen();
    const broken = Object.assign(new TypedInMemoryProvider({}), { initialize: away });
    const flags = await useFlagProvider(broken, { logger });
    for (const flag of flagList) expect(await flags.isOn(flag.name)).toBe(flag.isOnByDefault);
    expect(lines).toEqual(['the provider of flags is not ready: every flag has its default']);
  });

  it('leave the rest of the process to its own providers', async () => {
    await useFlagProvider(new TypedInMemoryProvider({}), { logger: listen().logger });
    expect(OpenFeature.providerMetadata.name).toBe('No-op Provider');
  });
});

describe('the results of flags', () => {
  function openResults(writeEveryMs = 20) {
    const written: FlagCounts[][] = [];
    const store = {
      answer: async (): Promise<void> => undefined,
      isAway: (error: unknown) => error instanceof Error && error.message === 'Nobody listens there.',
      async saveResults(batch: readonly FlagCounts[]) {
        await store.answer();
        written.push([...batch]);
        return [];
      },
    };
    const { lines, logger } = listen();
    return { written, store, lines, results: createFlagResults(store, logger, writeEveryMs) };
  }

  const failing = (error: Error) => async () => Promise.reject(error);
  const useless = new AppError('provider-bad-answer', 'It answered with nothing.');

  it('are written together, with what each piece of work came to passed on as it is', async () => {
    const { results, written } = openResults();
    expect(await results.measure(name, async () => 'done')).toBe('done');
    await expect(results.measure(name, failing(useless))).rejects.toBe(useless);
    await results.measure('PLAN_REFINEMENT', async () => undefined);
    expect(written).toEqual([]);
    await wait(60);
    expect(written).toEqual([
      [
        { name, runs: 2, errors: 1 },
        { name: 'PLAN_REFINEMENT', runs: 1, errors: 0 },
      ],
    ]);
  });

  it('leave out what its signal ended and what failed because the store is away', async () => {
    const { results, written } = openResults();
    const signal = AbortSignal.abort();
    await expect(results.measure(name, failing(new Error('Given up.')), signal)).rejects.toThrow('Given up.');
    await expect(results.measure(name, away)).rejects.toThrow('Nobody listens there.');
    await results.close();
    expect(written).toEqual([]);
  });

  it('are kept while the store is away and lose no run, nor fail any work', async () => {
    const { results, written, store, lines } = openResults();
    store.answer = away;
    for (let run = 0; run < 5; run += 1) {
      await results.measure(name, async () => undefined);
      await wait(15);
    }
    store.answer = async () => undefined;
    await results.close();
    const runs = written.flat().reduce((sum, { runs: more }) => sum + more, 0);
    expect([runs, lines]).toEqual([5, []]);
  });
});
