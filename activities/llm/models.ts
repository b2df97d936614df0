import { z } from 'zod';

import { modelCatalogue } from '../../domain/budget/model-catalogue.ts';
import {
  customOpenAiModel,
  ollamaModel,
  parseOllamaName,
  scriptedModel,
  type ModelEntry,
} from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { Config } from '../../platform/config.ts';

export type ModelDirectory = ReturnType<typeof createModelDirectory>;

const ollamaProbeTimeoutMs = 300;
const ollamaTagsSchema = z.object({
  models: z.array(
    z.object({ name: z.string(), details: z.object({ families: z.array(z.string()).nullish() }).nullish() }),
  ),
});

type OllamaTag = z.infer<typeof ollamaTagsSchema>['models'][number];

/**
 * Which models can be used with the settings and what runs on this machine.
 *
 * @param fetchUrl asks Ollama which models it has
 */
export function createModelDirectory(config: Pick<Config, 'providers'>, fetchUrl: typeof fetch = fetch) {
  const { anthropic, openai, ollama, scripted } = config.providers;

  function configured(): ModelEntry[] {
    const fromAnthropic = anthropic.apiKey === undefined ? [] : catalogueOf('anthropic');
    const hasOpenAi = openai.apiKey !== undefined || openai.baseUrl !== undefined;
    return [...fromAnthropic, ...(hasOpenAi ? openAiModels(openai) : [])];
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

    /**
     * The entry of a model that was chosen before; does not ask whether its provider can be reached now.
     *
     * @throws AppError `no-model` when the settings don't know it (any more)
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
  };
}

function catalogueOf(provider: ModelEntry['provider']): ModelEntry[] {
  return modelCatalogue.filter((entry) => entry.provider === provider);
}

function openAiModels({ model, modelPrices }: Config['providers']['openai']): ModelEntry[] {
  if (model === undefined) return catalogueOf('openai');
  const known = catalogueOf('openai').find((entry) => entry.name === model);
  if (modelPrices !== undefined) return [customOpenAiModel(model, modelPrices)];
  if (known !== undefined) return [known];
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
