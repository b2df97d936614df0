import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readPriceTable } from '../../../activities/llm/prices/price-table.ts';
import { chooseFallbacks } from '../../../domain/budget/fallback-chain.ts';
import { modelProviders, ollamaModel, scriptedModel, type ModelEntry } from '../../../domain/budget/models.ts';

const { chat } = await readPriceTable(undefined);
const usable = [...chat, ollamaModel('qwen3'), scriptedModel];
const find = (name: string): ModelEntry => usable.find((entry) => entry.name === name) ?? expect.unreachable(name);
const names = (asked: string, chain: ModelEntry['provider'][], among = usable) =>
  chooseFallbacks(find(asked), among, chain).map(({ name }) => name);

describe('who stands in', () => {
  it('is the cheapest of each other provider that is trusted as far, or else the most trusted one', () => {
    const chain: ModelEntry['provider'][] = ['anthropic', 'openai', 'ollama'];
    expect(names('claude-opus-5-5', chain)).toEqual(['gpt-5.6', 'ollama/qwen3']);
    expect(names('claude-haiku-4-5', chain)).toEqual(['gpt-5.4-mini', 'ollama/qwen3']);
    expect(names('gpt-5.6-terra', chain)).toEqual(['claude-sonnet-5-5', 'ollama/qwen3']);
    expect(names('ollama/qwen3', chain)).toEqual(['claude-haiku-4-5', 'gpt-5.4-mini']);
  });

  it('comes in the order of the chain, and nobody does without one', () => {
    expect(names('claude-opus-5-5', ['ollama', 'openai'])).toEqual(['ollama/qwen3', 'gpt-5.6']);
    expect(names('claude-opus-5-5', [])).toEqual([]);
    expect(names('claude-opus-5-5', ['anthropic'])).toEqual([]);
    expect(names('claude-opus-5-5', ['openai'], [find('claude-opus-5-5')])).toEqual([]);
  });

  it('is nobody for a script, and never the script', () => {
    expect(names('scripted', ['anthropic', 'openai'])).toEqual([]);
    expect(names('claude-opus-5-5', ['scripted'])).toEqual([]);
  });

  it('is one of each provider at most, of another provider, from the models that can be asked', () => {
    const entry = fc.record({
      base: fc.constantFrom(...usable),
      ceiling: fc.constantFrom(0.3, 0.45, 0.75, 1),
      price: fc.integer({ min: 0, max: 30_000_000 }),
      name: fc.string({ minLength: 1, maxLength: 8 }),
    });
    const entries = fc.array(
      entry.map(({ base, ceiling, price, name }) => ({
        ...base,
        name,
        ceiling,
        inputUsdMicrosPerMillionTokens: price,
      })),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(entries, fc.shuffledSubarray([...modelProviders]), ([asked, ...others], chain) => {
        if (asked === undefined) return;
        const among = [asked, ...others];
        const chosen = chooseFallbacks(asked, among, chain);
        const providers = chosen.map(({ provider }) => provider);
        expect(new Set(providers).size).toBe(providers.length);
        expect(providers).not.toContain(asked.provider);
        expect(providers).not.toContain('scripted');
        expect(chain.filter((provider) => providers.includes(provider))).toEqual(providers);
        for (const one of chosen) {
          expect(among).toContain(one);
          const kin = among.filter(({ provider }) => provider === one.provider);
          const isAble = one.ceiling >= asked.ceiling;
          // One that is trusted less is only taken when nobody is trusted as far.
          expect(isAble || kin.every(({ ceiling }) => ceiling < asked.ceiling && ceiling <= one.ceiling)).toBe(true);
        }
      }),
    );
  });
});
