export interface FigureDefinition {
  unit: 'ms' | 'ratio' | 'share' | 'calls/s' | 'MB';
  goal: { at: 'most' | 'least'; value: number } | null;
  meaning: string;
}

/** Every figure of `npm run bench:gateway`. The names are looked up by others: they stay. */
export const figureDefinitions = {
  'added-p50': {
    unit: 'ms',
    goal: { at: 'most', value: 1.5 },
    meaning: 'Median time of a call through the endpoint less that of the same call to the provider; one at a time.',
  },
  'added-p99': {
    unit: 'ms',
    goal: { at: 'most', value: 5 },
    meaning: 'The same of the 99th percentiles.',
  },
  'stream-first-byte-added': {
    unit: 'ms',
    goal: { at: 'most', value: 2 },
    meaning: 'Median time to the first byte of a streamed answer less that of the provider; one at a time.',
  },
  'added-p50-vs-litellm': {
    unit: 'ratio',
    goal: { at: 'most', value: 0.2 },
    meaning:
      "The first figure beside what LiteLLM's proxy adds here, to compare machines; its goal is 1.5 ms beside the 7.4 of LiteLLM.",
  },
  'added-p99-vs-litellm': {
    unit: 'ratio',
    goal: { at: 'most', value: 0.4 },
    meaning: 'The same of the 99th percentiles; the goal is 5 ms beside 12.6.',
  },
  'first-byte-vs-litellm': {
    unit: 'ratio',
    goal: { at: 'most', value: 0.27 },
    meaning: "The first byte of a stream beside what LiteLLM's proxy adds to a call at the median.",
  },
  'calls-vs-litellm': {
    unit: 'ratio',
    goal: { at: 'least', value: 10 },
    meaning: "Calls per second through the endpoint beside those through LiteLLM's proxy, 16 at once.",
  },
  'calls-per-second-1': { unit: 'calls/s', goal: null, meaning: 'Through the endpoint, one at a time.' },
  'calls-per-second-16': { unit: 'calls/s', goal: null, meaning: 'Through the endpoint, 16 at once.' },
  'calls-per-second-64': { unit: 'calls/s', goal: null, meaning: 'Through the endpoint, 64 at once.' },
  'streams-per-second-1': { unit: 'calls/s', goal: null, meaning: 'Streamed answers of 20 pieces, one at a time.' },
  'streams-per-second-16': { unit: 'calls/s', goal: null, meaning: 'Streamed answers of 20 pieces, 16 at once.' },
  'streams-per-second-64': { unit: 'calls/s', goal: null, meaning: 'Streamed answers of 20 pieces, 64 at once.' },
  'direct-per-second-16': { unit: 'calls/s', goal: null, meaning: 'Straight to the provider, 16 at once.' },
  'litellm-per-second-16': { unit: 'calls/s', goal: null, meaning: "Through LiteLLM's proxy, 16 at once." },
  'litellm-added-p50': { unit: 'ms', goal: null, meaning: "What LiteLLM's proxy adds to a call, one at a time." },
  'litellm-added-p99': { unit: 'ms', goal: null, meaning: 'The same of the 99th percentiles.' },
  'proxy-added-p50': {
    unit: 'ms',
    goal: null,
    meaning: 'What a proxy adds that does nothing but pass on, one at a time: as little as one can.',
  },
  'proxy-added-p99': { unit: 'ms', goal: null, meaning: 'The same of the 99th percentiles.' },
  'host-took': {
    unit: 'share',
    goal: null,
    meaning:
      'Of the processor time: what the host gave to others meanwhile. The more, the less do percentiles in ms say.',
  },
  'host-took-counted': {
    unit: 'share',
    goal: null,
    meaning: 'The same in the rounds that the first two figures are made of (see above).',
  },
  'memory-growth-100k': {
    unit: 'ratio',
    goal: { at: 'most', value: 1.2 },
    meaning: "The memory that the gateway's process keeps after 100,000 calls against the one after 10,000.",
  },
  'memory-after-100k': { unit: 'MB', goal: null, meaning: "The gateway's memory (RSS) after 100,000 calls." },
} as const satisfies Record<string, FigureDefinition>;

export type FigureName = keyof typeof figureDefinitions;

export const figureNames = Object.keys(figureDefinitions) as FigureName[];

export type Measured = Partial<Record<FigureName, number>>;
