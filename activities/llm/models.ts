import { z } from 'zod';

import { chooseFallbacks } from '../../domain/budget/fallback-chain.ts';
import {
  customOpenAiModel,
  ollamaEmbeddingModel,
  ollamaModel,
  parseOllamaName,
  scriptedModel,
  type EmbeddingEntry,
  type ModelEntry,
} from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { Config } from '../../platform/config.ts';
import type { PriceTable } from './prices/price-table.ts';

export type ModelDirectory = ReturnType<typeof createModelDirectory>;

/** Where nobody listens the answer comes at once; one that is busy with a model may take its time. */
const ollamaProbeTimeoutMs = 1_000;
const ollamaTagsSchema = z.object({
  models: z.array(
    z.object({ name: z.string(), details: z.object({ families: z.array(z.string()).nullish() }).nullish() }),
  ),
});

type OllamaTag = z.infer<typeof ollamaTagsSchema>['models'][number];

/**
 * Which models can be used with the settings and what runs on this machine.
 *
 * @param prices every model with a price
 * @param fetchUrl asks Ollama which models it has
 */
export function createModelDirectory(
  config: Pick<Config, 'providers' | 'fallbackChain'>,
  prices: PriceTable,
  fetchUrl: typeof fetch = fetch,
) {
  const { anthropic, openai, ollama, scripted } = config.providers;
  const hasOpenAi = openai.apiKey !== undefined || openai.baseUrl !== undefined;

  function configured(): ModelEntry[] {
    const fromAnthropic = anthropic.apiKey === undefined ? [] : ofProvider(prices.chat, 'anthropic');
    return [...fromAnthropic, ...(hasOpenAi ? openAiModels(openai, ofProvider(prices.chat, 'openai')) : [])];
  }

  return {
    /**
     * The models that work can be routed to now. The scripted one is among them only when no real provider is there.
     *
     * @throws AppError `price-unknown` for a custom model without prices; `no-model` for a local one that is missing
     */
    async active(): Promise<ModelEntry[]> {
      const remote = configured();
      // It costs nothing, so it would get all simple work: beside a provider that somebody set up it must be named.
      const isWanted = ollama.model !== undefined || remote.length === 0;
      const local = isWanted ? await findOllamaModel(ollama, fetchUrl) : null;
      const real = [...remote, ...(local === null ? [] : [local])];
      return real.length === 0 && scripted.scriptPath !== undefined ? [scriptedModel] : real;
    },

    /** Every model with a price, whether its provider is set up or not. */
    known: (): ModelEntry[] => [...prices.chat, ...configured().filter((entry) => !prices.chat.includes(entry))],

    prices,

    /**
     * The entry of a model that was chosen before; does not ask whether its provider can be reached now.
     *
     * @throws AppError `no-model` when the settings don't know it (any more), `price-unknown` when nobody says its price
     */
    find(name: string): ModelEntry {
      const localName = parseOllamaName(name);
      if (localName !== null) return ollamaModel(localName);
      if (name === scriptedModel.name && scripted.scriptPath !== undefined) return scriptedModel;
      const entry = configured().find((candidate) => candidate.name === name);
      if (entry !== undefined) return entry;
      throw new AppError(
        'no-model',
        `The model ${name} can't be used with the settings of this worker. Set the key of its provider, or choose another model.`,
      );
    },

    /**
     * The model that makes vectors under this name.
     *
     * @throws AppError `no-model`
     */
    findEmbedding: (name: string): EmbeddingEntry => findEmbedding(prices, name, hasOpenAi),

    /** Who answers when the provider of a model does not: one model per other provider of the chain, in its order. */
    standInsFor: (entry: ModelEntry): Promise<ModelEntry[]> => findStandIns(config, { entry, configured }, fetchUrl),
  };
}

function findEmbedding(prices: PriceTable, name: string, hasOpenAi: boolean): EmbeddingEntry {
  const localName = parseOllamaName(name);
  if (localName !== null) return ollamaEmbeddingModel(localName);
  const entry = prices.embedding.find((candidate) => candidate.name === name);
  if (entry !== undefined && (entry.provider !== 'openai' || hasOpenAi)) return entry;
  throw new AppError(
    'no-model',
    `The embedding model ${name} has no price or no provider that is set up. Add it to the file that RATCHET_MODELS_FILE names, or choose another.`,
  );
}

async function findStandIns(
  { providers, fallbackChain }: Pick<Config, 'providers' | 'fallbackChain'>,
  { entry, configured }: { entry: ModelEntry; configured: () => ModelEntry[] },
  fetchUrl: typeof fetch,
): Promise<ModelEntry[]> {
  if (entry.provider === 'scripted' || fallbackChain.length === 0) return [];
  const needsOllama = entry.provider !== 'ollama' && fallbackChain.includes('ollama');
  // A local one that is missing is no reason to fail: it only does not stand in.
  const local = needsOllama ? await findOllamaModel(providers.ollama, fetchUrl).catch(() => null) : null;
  return chooseFallbacks(entry, [...configured(), ...(local === null ? [] : [local])], fallbackChain);
}

function ofProvider(entries: readonly ModelEntry[], provider: ModelEntry['provider']): ModelEntry[] {
  return entries.filter((entry) => entry.provider === provider);
}

function openAiModels({ model, modelPrices }: Config['providers']['openai'], known: ModelEntry[]): ModelEntry[] {
  if (model === undefined) return known;
  if (modelPrices !== undefined) return [customOpenAiModel(model, modelPrices)];
  const entry = known.find(({ name }) => name === model);
  if (entry !== undefined) return [entry];
  throw new AppError(
    'price-unknown',
    `The price of ${model} is not known, so no money can be reserved for it. Set OPENAI_MODEL_PRICES to its dollars per million tokens, input and output, such as "0.5,2" ("0,0" for a server of your own).`,
  );
}

async function findOllamaModel(
  { baseUrl, model }: Config['providers']['ollama'],
  fetchUrl: typeof fetch,
): Promise<ModelEntry | null> {
  const tags = await listOllamaModels(baseUrl, fetchUrl);
  if (tags === null) return null;
  if (model === undefined) {
    const first = tags.find((tag) => !isEmbeddingModel(tag));
    return first === undefined ? null : ollamaModel(first.name);
  }
  const names = tags.map(({ name }) => name);
  if (names.includes(model) || names.includes(`${model}:latest`)) return ollamaModel(model);
  throw new AppError(
    'no-model',
    `Ollama runs at ${baseUrl} but has no model ${model}. Run \`ollama pull ${model}\`, or change OLLAMA_MODEL.`,
  );
}

/** Such a model turns texts into vectors and answers nothing. */
function isEmbeddingModel({ name, details }: OllamaTag): boolean {
  const families = details?.families ?? [];
  return /embed/i.test(name) || families.some((family) => family === 'bert' || family === 'nomic-bert');
}

async function listOllamaModels(baseUrl: string, fetchUrl: typeof fetch): Promise<OllamaTag[] | null> {
  try {
    const signal = AbortSignal.timeout(ollamaProbeTimeoutMs);
    const response = await fetchUrl(new URL('/api/tags', baseUrl), { signal });
    if (!response.ok) return null;
    return ollamaTagsSchema.parse(await response.json()).models;
  } catch {
    // Nobody listens, or something else does: both mean that there is no Ollama here.
    return null;
  }
}
