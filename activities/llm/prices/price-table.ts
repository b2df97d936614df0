import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { defaultCallTimeoutMs, type EmbeddingEntry, type ModelEntry } from '../../../domain/budget/models.ts';

/** The prices that come with Ratchet. */
const bundledTable = new URL('model-prices.json', import.meta.url);

/** Dollars per token below which a price is a slip of the pen: a thousand times what the dearest model costs. */
const price = z.number().min(0).max(0.1);

const shared = {
  litellm_provider: z.enum(['anthropic', 'openai']),
  /** The provider's own name, where it is not the name of the entry. */
  provider_model: z.string().min(1).max(200).optional(),
  input_cost_per_token: price,
  max_input_tokens: z.int().min(256),
  /** false: known, but not used. */
  active: z.boolean().default(true),
};

/** One row, in the field names of LiteLLM's table; what it holds beside them is ignored. */
const rowSchema = z.discriminatedUnion('mode', [
  z.object({
    ...shared,
    mode: z.literal('chat'),
    output_cost_per_token: price,
    cache_read_input_token_cost: price.optional(),
    cache_creation_input_token_cost: price.optional(),
    max_output_tokens: z.int().min(256),
    supports_function_calling: z.boolean().default(false),
    supports_response_schema: z.boolean().default(false),
    /** Complexity up to which it is trusted. The bundled ones: .45 small, .75 middle, 1 top. */
    ratchet_ceiling: z.number().min(0).max(1),
    ratchet_edit_format: z.enum(['diff', 'whole']).default('diff'),
    ratchet_call_timeout_s: z.number().min(1).max(1_800).optional(),
  }),
  z.object({ ...shared, mode: z.literal('embedding') }),
]);

const tableSchema = z.object({
  source: z.string().min(1).max(200),
  read_on: z.iso.date(),
  models: z.record(z.string().regex(/^[\w.:/@-]{1,120}$/, 'is no name of a model'), rowSchema),
});

type Row = z.infer<typeof rowSchema>;

/** Where prices come from, and since when they are known. */
export interface PriceSource {
  source: string;
  /** A day, such as `2026-11-21`. */
  readOn: string;
}

/** Every model with a price. */
export interface PriceTable {
  sources: PriceSource[];
  chat: ModelEntry[];
  embedding: EmbeddingEntry[];
}

/**
 * Reads the prices that come with Ratchet, and those of a file: a model in both takes the file's row.
 *
 * @param path of a JSON file in the form of the bundled one; undefined: none
 * @throws an Error of one sentence that names the row and what is wrong with it
 */
export async function readPriceTable(path: string | undefined): Promise<PriceTable> {
  const tables = [await readTable(bundledTable, 'The bundled price table')];
  if (path !== undefined) tables.push(await readTable(path, `The models file ${path}`));
  const rows = new Map<string, { row: Row; version: string }>();
  for (const { source, read_on: readOn, models } of tables) {
    for (const [name, row] of Object.entries(models)) rows.set(name, { row, version: `${source}, ${readOn}` });
  }
  const active = [...rows].filter(([, { row }]) => row.active);
  return {
    sources: tables.map(({ source, read_on: readOn }) => ({ source, readOn })),
    chat: active.flatMap(([name, { row, version }]) => (row.mode === 'chat' ? [toEntry(name, row, version)] : [])),
    embedding: active.flatMap(([name, { row, version }]) =>
      row.mode === 'embedding' ? [toEmbeddingEntry(name, row, version)] : [],
    ),
  };
}

async function readTable(file: string | URL, title: string): Promise<z.infer<typeof tableSchema>> {
  let parsed;
  try {
    parsed = tableSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const [why = ''] = (cause instanceof Error ? cause.message : 'unknown').split('\n');
    throw new Error(`${title} can't be read: ${why}. Correct RATCHET_MODELS_FILE, or unset it.`, { cause });
  }
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`${title} can't be used, so no money could be reserved: ${problems}. Correct these rows.`);
}

function toEntry(name: string, row: Extract<Row, { mode: 'chat' }>, priceVersion: string): ModelEntry {
  const { input_cost_per_token: input } = row;
  return {
    name,
    provider: row.litellm_provider,
    providerModel: row.provider_model ?? name,
    inputUsdMicrosPerMillionTokens: perMillion(input),
    outputUsdMicrosPerMillionTokens: perMillion(row.output_cost_per_token),
    // Nothing is known of its cache: then a token in it costs what every token costs.
    cacheReadUsdMicrosPerMillionTokens: perMillion(row.cache_read_input_token_cost ?? input),
    cacheWriteUsdMicrosPerMillionTokens: perMillion(row.cache_creation_input_token_cost ?? input),
    priceVersion,
    contextTokensMax: row.max_input_tokens,
    outputTokensMax: row.max_output_tokens,
    callTimeoutMs: row.ratchet_call_timeout_s === undefined ? defaultCallTimeoutMs : row.ratchet_call_timeout_s * 1_000,
    canUseTools: row.supports_function_calling,
    canFollowSchema: row.supports_response_schema,
    ceiling: row.ratchet_ceiling,
    editFormat: row.ratchet_edit_format,
  };
}

function toEmbeddingEntry(
  name: string,
  row: Extract<Row, { mode: 'embedding' }>,
  priceVersion: string,
): EmbeddingEntry {
  return {
    name,
    provider: row.litellm_provider,
    providerModel: row.provider_model ?? name,
    inputUsdMicrosPerMillionTokens: perMillion(row.input_cost_per_token),
    priceVersion,
    contextTokensMax: row.max_input_tokens,
  };
}

/** Dollars per token as whole micro-dollars per million tokens; rounding takes away what binary fractions add. */
function perMillion(dollarsPerToken: number): number {
  return Math.round(dollarsPerToken * 1e12);
}
