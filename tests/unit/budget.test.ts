import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readPriceTable } from '../../activities/llm/prices/price-table.ts';
import {
  costOfTokens,
  estimateTokens,
  largestCost,
  type ModelEntry,
  type TokenUsage,
} from '../../domain/budget/models.ts';
import { formatUsdMicros, toUsdMicros } from '../../domain/budget/money.ts';

const { chat: modelCatalogue } = await readPriceTable(undefined);

/** Tokens of a call; those that are not named are none. */
function used(usage: Partial<TokenUsage>): TokenUsage {
  return { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteInputTokens: 0, ...usage };
}

function find(name: string): ModelEntry {
  const entry = modelCatalogue.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`The catalogue has no ${name}.`);
  return entry;
}

describe('money', () => {
  it('is written with four decimals, and with more where they say something', () => {
    expect(formatUsdMicros(0)).toBe('$0.0000');
    expect(formatUsdMicros(12_300)).toBe('$0.0123');
    expect(formatUsdMicros(1)).toBe('$0.000001');
    expect(formatUsdMicros(5_000_000)).toBe('$5.0000');
    expect(formatUsdMicros(1_234_567)).toBe('$1.234567');
  });

  it('comes from prices in dollars without what binary fractions add', () => {
    expect(toUsdMicros(0.5)).toBe(500_000);
    expect(toUsdMicros(0.0000011)).toBe(2);
    expect(toUsdMicros(1.1)).toBe(1_100_000);
    expect(toUsdMicros(0.07)).toBe(70_000);
  });

  it('reads back from its text as the same amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (amount) => {
        expect(Math.round(Number(formatUsdMicros(amount).slice(1)) * 1_000_000)).toBe(amount);
      }),
    );
  });
});

const dearCache: ModelEntry = {
  ...find('gpt-5.6'),
  cacheReadUsdMicrosPerMillionTokens: 9_000_000,
  cacheWriteUsdMicrosPerMillionTokens: 8_000_000,
};

describe('the cost of a call', () => {
  it('counts input, cached input and output at their own prices', () => {
    const usage = used({ inputTokens: 10_000, outputTokens: 2_000, cachedInputTokens: 4_000 });
    // 6,000 x $1 + 4,000 x $0.10 + 2,000 x $5, per million
    expect(costOfTokens(find('claude-haiku-4-5'), usage)).toBe(16_400);
    // 6,000 x $4 + 4,000 x $0.20 + 2,000 x $20, per million
    expect(costOfTokens(find('claude-opus-5-5'), usage)).toBe(64_800);
  });

  it('rounds up to whole micro-dollars, once', () => {
    const mini = find('gpt-5.4-mini');
    expect(costOfTokens(mini, used({ inputTokens: 1 }))).toBe(1);
    // .75 + .075 + 4.5 = 5.325
    expect(costOfTokens(mini, used({ inputTokens: 2, outputTokens: 1, cachedInputTokens: 1 }))).toBe(6);
  });

  it('never turns negative when a provider reports more cached tokens than input', () => {
    const usage = used({ inputTokens: 10, cachedInputTokens: 1_000 });
    expect(costOfTokens(find('gpt-5.6'), usage)).toBe(4);
  });

  it('never exceeds what was reserved for a prompt of that many bytes', () => {
    const anyCount = fc.integer({ min: 0, max: 200_000 });
    const anyCall = fc.record({
      // The last one's cache costs more than its input, to read and to write.
      entry: fc.constantFrom(...modelCatalogue, dearCache),
      bytes: anyCount,
      outputTokens: anyCount,
      cachedInputTokens: anyCount,
      cacheWriteInputTokens: anyCount,
    });
    fc.assert(
      fc.property(anyCall, ({ entry, bytes, outputTokens, ...cache }) => {
        const reserved = largestCost(entry, { bytes, messages: 1 }, outputTokens);
        const usage = used({ inputTokens: bytes, outputTokens, ...cache });
        expect(costOfTokens(entry, usage)).toBeLessThanOrEqual(reserved);
      }),
    );
  });

  it('lets the largest usual call of the dearest model through a cap of five dollars', () => {
    expect(largestCost(find('claude-opus-5-5'), { bytes: 100_000, messages: 4 }, 16_384)).toBeLessThan(900_000);
  });
});

describe('the model catalogue', () => {
  it('has every name once, with a price, a limit and a ceiling in range', () => {
    expect(new Set(modelCatalogue.map((entry) => entry.name)).size).toBe(modelCatalogue.length);
    for (const entry of modelCatalogue) {
      expect(entry.inputUsdMicrosPerMillionTokens).toBeGreaterThan(entry.cacheReadUsdMicrosPerMillionTokens);
      expect(entry.outputUsdMicrosPerMillionTokens).toBeGreaterThan(entry.inputUsdMicrosPerMillionTokens);
      expect(entry.contextTokensMax).toBeGreaterThan(entry.outputTokensMax);
      expect(entry.ceiling).toBeGreaterThan(0);
      expect(entry.ceiling).toBeLessThanOrEqual(1);
    }
  });

  it('trusts a dearer model of the same provider with at least as much', () => {
    for (const provider of ['anthropic', 'openai']) {
      const ceilings = modelCatalogue.filter((entry) => entry.provider === provider).map((entry) => entry.ceiling);
      expect(ceilings).toEqual([0.45, 0.75, 1]);
    }
  });

  it('estimates the tokens of source code between prose and the upper bound', () => {
    expect(estimateTokens({ bytes: 35_000, messages: 1 })).toBe(10_016);
  });
});
