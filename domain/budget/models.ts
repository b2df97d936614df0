export const modelProviders = ['anthropic', 'openai', 'ollama', 'scripted'] as const;

export type ModelProviderName = (typeof modelProviders)[number];

/** One model that work can be routed to. A model without known prices has no entry. */
export interface ModelEntry {
  /** The name that routing, ledger and people use. */
  name: string;
  provider: ModelProviderName;
  /** The provider's own name of the model. */
  providerModel: string;
  inputUsdMicrosPerMillionTokens: number;
  outputUsdMicrosPerMillionTokens: number;
  /** Price of input tokens that the provider had in its cache. */
  cacheReadUsdMicrosPerMillionTokens: number;
  contextTokensMax: number;
  outputTokensMax: number;
  /** 0..1: the complexity up to which the model is trusted. */
  ceiling: number;
  editFormat: 'diff' | 'whole';
}

/** What one call used. `inputTokens` includes the cached ones. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
}

const tokensPerMillion = 1_000_000;

/**
 * Price of one call, rounded up once to whole micro-dollars, so that a sum of calls is never below the bill.
 *
 * @returns micro-dollars
 */
export function costOfTokens(entry: ModelEntry, usage: TokenUsage): number {
  const cachedTokens = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const total =
    (usage.inputTokens - cachedTokens) * entry.inputUsdMicrosPerMillionTokens +
    cachedTokens * entry.cacheReadUsdMicrosPerMillionTokens +
    usage.outputTokens * entry.outputUsdMicrosPerMillionTokens;
  return Math.ceil(total / tokensPerMillion);
}

/** Roles and separators that a provider adds around each message; real ones are 3 to 7. */
const overheadTokensPerMessage = 16;

/** The size of a prompt, as far as it is known before a provider has counted it. */
export interface PromptSize {
  /** UTF-8. */
  bytes: number;
  messages: number;
}

/**
 * The most that a call can cost: what is reserved before it.
 *
 * Every tokenizer in the catalogue works on UTF-8 bytes, so a prompt of n bytes has at most n tokens, and the
 * provider is told to stop at `outputTokensMax`. A guess such as bytes / 4 would let source code or Chinese text
 * pass the cap. The price of being safe is small: 100 kB of prompt and 16,000 tokens of answer on the dearest model
 * reserve 73 cents.
 *
 * @param outputTokensMax the limit that is sent with the request
 * @returns micro-dollars
 */
export function largestCost(entry: ModelEntry, prompt: PromptSize, outputTokensMax: number): number {
  return costOfTokens(entry, {
    inputTokens: prompt.bytes + prompt.messages * overheadTokensPerMessage,
    outputTokens: outputTokensMax,
    cachedInputTokens: 0,
  });
}

/**
 * A realistic count of a prompt's tokens: 3.5 bytes each, between prose (4) and source code (3).
 * Good enough to refuse what can't fit and to size a context; never used for money.
 */
export function estimateTokens(prompt: PromptSize): number {
  return Math.ceil(prompt.bytes / 3.5) + prompt.messages * overheadTokensPerMessage;
}

/** The model that plays the bundled orders from a script. Free, and it says so wherever it is named. */
export const scriptedModel: ModelEntry = {
  name: 'scripted',
  provider: 'scripted',
  providerModel: 'scripted',
  inputUsdMicrosPerMillionTokens: 0,
  outputUsdMicrosPerMillionTokens: 0,
  cacheReadUsdMicrosPerMillionTokens: 0,
  contextTokensMax: 1_000_000,
  outputTokensMax: 128_000,
  ceiling: 1,
  editFormat: 'diff',
};

const ollamaPrefix = 'ollama/';

/** An entry for a model that runs on this machine: free, and trusted only with simple work. */
export function ollamaModel(model: string): ModelEntry {
  return {
    name: `${ollamaPrefix}${model}`,
    provider: 'ollama',
    providerModel: model,
    inputUsdMicrosPerMillionTokens: 0,
    outputUsdMicrosPerMillionTokens: 0,
    cacheReadUsdMicrosPerMillionTokens: 0,
    // What common local models can hold; the memory for it is asked for per call, by the size of the prompt.
    contextTokensMax: 32_768,
    outputTokensMax: 8_192,
    ceiling: 0.45,
    // Small models produce few well-formed edit blocks.
    editFormat: 'whole',
  };
}

/** The local model that a name stands for, or null when the name is not one of a local model. */
export function parseOllamaName(name: string): string | null {
  return name.startsWith(ollamaPrefix) ? name.slice(ollamaPrefix.length) : null;
}

/** Prices of a model that is not in the catalogue, in micro-dollars per million tokens. */
export interface CustomPrices {
  inputUsdMicrosPerMillionTokens: number;
  outputUsdMicrosPerMillionTokens: number;
}

/**
 * An entry for a model of an OpenAI-compatible server that is not in the catalogue. Nothing is known of its caching,
 * so cached tokens cost the full price; the limits are what current servers have at least.
 */
export function customOpenAiModel(model: string, prices: CustomPrices): ModelEntry {
  return {
    name: model,
    provider: 'openai',
    providerModel: model,
    ...prices,
    cacheReadUsdMicrosPerMillionTokens: prices.inputUsdMicrosPerMillionTokens,
    contextTokensMax: 128_000,
    outputTokensMax: 16_384,
    ceiling: 0.75,
    editFormat: 'diff',
  };
}
