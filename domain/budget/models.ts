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
  /** Price of input tokens that the provider put into its cache. */
  cacheWriteUsdMicrosPerMillionTokens: number;
  /** Which prices these are: source and day. Written into every row of the ledger. */
  priceVersion: string;
  contextTokensMax: number;
  outputTokensMax: number;
  /** Limit of one try, from its start to its last byte. */
  callTimeoutMs: number;
  canUseTools: boolean;
  /** Whether it keeps to a JSON schema that is sent with the request. */
  canFollowSchema: boolean;
  /** 0..1: the complexity up to which the model is trusted. */
  ceiling: number;
  editFormat: 'diff' | 'whole';
}

/** A model that turns texts into vectors. */
export interface EmbeddingEntry {
  name: string;
  provider: ModelProviderName;
  providerModel: string;
  inputUsdMicrosPerMillionTokens: number;
  priceVersion: string;
  /** Of one text. */
  contextTokensMax: number;
}

/** What one call used. `inputTokens` includes those read from a cache and those written to it. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  cacheWriteInputTokens: number;
}

/** Prices that the settings give. */
export const customPriceVersion = 'custom';

/** Local and scripted models: nothing is paid for them. */
export const freePriceVersion = 'free';

/** Enough for an answer of 16,000 tokens from a model of usual speed. */
export const defaultCallTimeoutMs = 150_000;

const tokensPerMillion = 1_000_000;

/**
 * Price of one call, rounded up once to whole micro-dollars, so that a sum of calls is never below the bill.
 *
 * @returns micro-dollars
 */
export function costOfTokens(entry: ModelEntry, usage: TokenUsage): number {
  const cachedTokens = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const writtenTokens = Math.min(usage.cacheWriteInputTokens, usage.inputTokens - cachedTokens);
  const total =
    (usage.inputTokens - cachedTokens - writtenTokens) * entry.inputUsdMicrosPerMillionTokens +
    cachedTokens * entry.cacheReadUsdMicrosPerMillionTokens +
    writtenTokens * entry.cacheWriteUsdMicrosPerMillionTokens +
    usage.outputTokens * entry.outputUsdMicrosPerMillionTokens;
  return Math.ceil(total / tokensPerMillion);
}

/**
 * Price of the vectors of some tokens, rounded up to whole micro-dollars.
 *
 * @returns micro-dollars
 */
export function costOfEmbedding(entry: EmbeddingEntry, tokens: number): number {
  return Math.ceil((tokens * entry.inputUsdMicrosPerMillionTokens) / tokensPerMillion);
}

/** What a million tokens read and a million written cost together, in micro-dollars: to compare models by. 0 is free. */
export function pricePerMillionTokens(entry: ModelEntry): number {
  return entry.inputUsdMicrosPerMillionTokens + entry.outputUsdMicrosPerMillionTokens;
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
 * reserve 83 cents.
 *
 * @param outputTokensMax the limit that is sent with the request
 * @returns micro-dollars
 */
export function largestCost(entry: ModelEntry, prompt: PromptSize, outputTokensMax: number): number {
  const inputTokens = prompt.bytes + prompt.messages * overheadTokensPerMessage;
  // Some providers write their cache unasked, and take more for it than for plain input: the dearest kind counts.
  const kinds = [
    { cachedInputTokens: 0, cacheWriteInputTokens: 0 },
    { cachedInputTokens: inputTokens, cacheWriteInputTokens: 0 },
    { cachedInputTokens: 0, cacheWriteInputTokens: inputTokens },
  ];
  return Math.max(...kinds.map((kind) => costOfTokens(entry, { inputTokens, outputTokens: outputTokensMax, ...kind })));
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
  cacheWriteUsdMicrosPerMillionTokens: 0,
  priceVersion: freePriceVersion,
  contextTokensMax: 1_000_000,
  outputTokensMax: 128_000,
  callTimeoutMs: defaultCallTimeoutMs,
  canUseTools: false,
  canFollowSchema: false,
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
    cacheWriteUsdMicrosPerMillionTokens: 0,
    priceVersion: freePriceVersion,
    // What common local models can hold; the memory for it is asked for per call, by the size of the prompt.
    contextTokensMax: 32_768,
    outputTokensMax: 8_192,
    // A machine without a graphics card writes a few tokens per second.
    callTimeoutMs: 4 * defaultCallTimeoutMs,
    canUseTools: true,
    canFollowSchema: true,
    ceiling: 0.45,
    // Small models produce few well-formed edit blocks.
    editFormat: 'whole',
  };
}

/** A local model that makes vectors, under its name in Ollama. */
export function ollamaEmbeddingModel(model: string): EmbeddingEntry {
  return {
    name: `${ollamaPrefix}${model}`,
    provider: 'ollama',
    providerModel: model,
    inputUsdMicrosPerMillionTokens: 0,
    priceVersion: freePriceVersion,
    contextTokensMax: 2_048,
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
    cacheWriteUsdMicrosPerMillionTokens: prices.inputUsdMicrosPerMillionTokens,
    priceVersion: customPriceVersion,
    contextTokensMax: 128_000,
    outputTokensMax: 16_384,
    callTimeoutMs: defaultCallTimeoutMs,
    canUseTools: true,
    canFollowSchema: false,
    ceiling: 0.75,
    editFormat: 'diff',
  };
}
