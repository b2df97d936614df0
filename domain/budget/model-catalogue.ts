import type { ModelEntry } from './models.ts';

const catalogueVersion = 'litellm-1.109.1/2026-11-21';

/**
 * Prices in micro-dollars per million tokens (1,000,000 is one dollar per million tokens), contexts and output limits.
 * Source: LiteLLM 1.109.1 price table, read on 2026-11-21. Ceilings are ours: .45 small, .75 middle, 1 top.
 */
export const modelCatalogue: readonly ModelEntry[] = [
  {
    name: 'claude-haiku-4-5',
    provider: 'anthropic',
    providerModel: 'claude-haiku-4-5',
    inputUsdMicrosPerMillionTokens: 1_000_000,
    outputUsdMicrosPerMillionTokens: 5_000_000,
    cacheReadUsdMicrosPerMillionTokens: 100_000,
    contextTokensMax: 200_000,
    outputTokensMax: 64_000,
    ceiling: 0.45,
    editFormat: 'diff',
  },
  {
    name: 'claude-sonnet-5-5',
    provider: 'anthropic',
    providerModel: 'claude-sonnet-5-5',
    inputUsdMicrosPerMillionTokens: 2_000_000,
    outputUsdMicrosPerMillionTokens: 10_000_000,
    cacheReadUsdMicrosPerMillionTokens: 100_000,
    contextTokensMax: 1_000_000,
    outputTokensMax: 128_000,
    ceiling: 0.75,
    editFormat: 'diff',
  },
  {
    name: 'claude-opus-5-5',
    provider: 'anthropic',
    providerModel: 'claude-opus-5-5',
    inputUsdMicrosPerMillionTokens: 4_000_000,
    outputUsdMicrosPerMillionTokens: 20_000_000,
    cacheReadUsdMicrosPerMillionTokens: 200_000,
    contextTokensMax: 1_000_000,
    outputTokensMax: 128_000,
    ceiling: 1,
    editFormat: 'diff',
  },
  {
    name: 'gpt-5.4-mini',
    provider: 'openai',
    providerModel: 'gpt-5.4-mini',
    inputUsdMicrosPerMillionTokens: 750_000,
    outputUsdMicrosPerMillionTokens: 4_500_000,
    cacheReadUsdMicrosPerMillionTokens: 75_000,
    contextTokensMax: 272_000,
    outputTokensMax: 128_000,
    ceiling: 0.45,
    editFormat: 'diff',
  },
  {
    name: 'gpt-5.6-terra',
    provider: 'openai',
    providerModel: 'gpt-5.6-terra',
    inputUsdMicrosPerMillionTokens: 2_000_000,
    outputUsdMicrosPerMillionTokens: 12_000_000,
    cacheReadUsdMicrosPerMillionTokens: 200_000,
    contextTokensMax: 922_000,
    outputTokensMax: 128_000,
    ceiling: 0.75,
    editFormat: 'diff',
  },
  {
    name: 'gpt-5.6',
    provider: 'openai',
    providerModel: 'gpt-5.6',
    inputUsdMicrosPerMillionTokens: 4_000_000,
    outputUsdMicrosPerMillionTokens: 20_000_000,
    cacheReadUsdMicrosPerMillionTokens: 400_000,
    contextTokensMax: 922_000,
    outputTokensMax: 128_000,
    ceiling: 1,
    editFormat: 'diff',
  },
];

/** Which prices a ledger row is made with: those of the catalogue, or `custom` for those of the settings. */
export function priceVersionOf(entry: ModelEntry): string {
  return entry.provider === 'openai' && !modelCatalogue.includes(entry) ? 'custom' : catalogueVersion;
}
