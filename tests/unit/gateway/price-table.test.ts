import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readPriceTable } from '../../../activities/llm/prices/price-table.ts';
import { defaultCallTimeoutMs } from '../../../domain/budget/models.ts';
import { priceAgeDays, warnOfOldPrices } from '../../../domain/budget/price-age.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-'));
});

afterAll(() => rm(folder, { recursive: true }));

const row = {
  litellm_provider: 'openai',
  mode: 'chat',
  input_cost_per_token: 3e-7,
  output_cost_per_token: 1.1e-6,
  max_input_tokens: 100_000,
  max_output_tokens: 8_000,
  ratchet_ceiling: 0.6,
};

async function readWith(content: unknown): ReturnType<typeof readPriceTable> {
  const path = join(folder, 'models.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readPriceTable(path);
}

const table = (models: Record<string, unknown>) => ({ source: 'Our contract', read_on: '2026-11-01', models });

describe('the prices of a file', () => {
  it('are whole micro-dollars per million tokens, without what binary fractions add', async () => {
    const { chat, sources } = await readWith(table({ 'my/model:1': row }));
    expect(chat.find(({ name }) => name === 'my/model:1')).toEqual({
      ...{ name: 'my/model:1', provider: 'openai', providerModel: 'my/model:1' },
      ...{ inputUsdMicrosPerMillionTokens: 300_000, outputUsdMicrosPerMillionTokens: 1_100_000 },
      // Nothing is said of its cache.
      ...{ cacheReadUsdMicrosPerMillionTokens: 300_000, cacheWriteUsdMicrosPerMillionTokens: 300_000 },
      ...{ priceVersion: 'Our contract, 2026-11-01', contextTokensMax: 100_000, outputTokensMax: 8_000 },
      ...{ callTimeoutMs: defaultCallTimeoutMs, canUseTools: false, canFollowSchema: false },
      ...{ ceiling: 0.6, editFormat: 'diff' },
    });
    expect(sources.map(({ readOn }) => readOn)).toContain('2026-11-01');
    expect(sources.map(({ source }) => source)).toEqual([expect.stringMatching(/^LiteLLM .+/), 'Our contract']);
  });

  it('take the place of those that come with the product, and can take a model away', async () => {
    const { chat } = await readWith(
      table({ 'gpt-5.6': { ...row, provider_model: 'gpt-5.6-eu' }, 'gpt-5.4-mini': { ...row, active: false } }),
    );
    expect(chat.filter(({ name }) => name === 'gpt-5.6')).toMatchObject([
      {
        providerModel: 'gpt-5.6-eu',
        inputUsdMicrosPerMillionTokens: 300_000,
        priceVersion: 'Our contract, 2026-11-01',
      },
    ]);
    expect(chat.map(({ name }) => name)).not.toContain('gpt-5.4-mini');
  });

  it.each([
    ['no price', { ...row, output_cost_per_token: undefined }, 'output_cost_per_token'],
    ['a price below nothing', { ...row, input_cost_per_token: -1e-6 }, 'input_cost_per_token'],
    ['a price per million tokens instead of one', { ...row, input_cost_per_token: 3 }, 'input_cost_per_token'],
    ['a price that is a text', { ...row, input_cost_per_token: '3e-7' }, 'input_cost_per_token'],
    ['a ceiling above one', { ...row, ratchet_ceiling: 1.2 }, 'ratchet_ceiling'],
    ['a provider that nobody speaks to', { ...row, litellm_provider: 'bedrock' }, 'litellm_provider'],
    ['no context', { ...row, max_input_tokens: 0 }, 'max_input_tokens'],
    ['no use', { ...row, mode: 'image_generation' }, 'mode'],
  ])('are refused for a row with %s, in one sentence that names row and field', async (_what, wrong, field) => {
    const refused = readWith(table({ fine: row, wrong }));
    await expect(refused).rejects.toThrow(`models.wrong.${field}`);
    await expect(refused).rejects.toThrow(/^The models file \S+ can't be used, so no money could be reserved: /);
    await expect(refused).rejects.not.toThrow('models.fine');
  });

  it.each([
    ['a name that is none', table({ 'a name with spaces': row }), 'models.a name with spaces'],
    ['no day', { ...table({ fine: row }), read_on: 'yesterday' }, 'read_on'],
    ['no source', { ...table({ fine: row }), source: '' }, 'source'],
    ['what is no JSON', '{ "models": ', "can't be read"],
  ])('are refused for %s', async (_what, content, words) => {
    await expect(readWith(content)).rejects.toThrow(words);
  });

  it('are refused when the file is not there, with the setting that names it', async () => {
    await expect(readPriceTable(join(folder, 'missing.json'))).rejects.toThrow('RATCHET_MODELS_FILE');
  });
});

describe('the age of prices', () => {
  const now = new Date('2026-11-21T23:00:00Z');

  it('is counted in whole days of UTC', () => {
    expect(priceAgeDays('2026-11-21', now)).toBe(0);
    expect(priceAgeDays('2026-11-20', now)).toBe(1);
    expect(priceAgeDays('2026-08-23', now)).toBe(90);
  });

  it('is warned of from the 91st day on, with the source and the day', () => {
    expect(warnOfOldPrices('Our contract', '2026-08-23', now)).toBeNull();
    const warning = warnOfOldPrices('Our contract', '2026-08-22', now);
    for (const words of ['Our contract', '91 days', '2026-08-22', 'RATCHET_MODELS_FILE'])
      expect(warning).toContain(words);
  });
});
