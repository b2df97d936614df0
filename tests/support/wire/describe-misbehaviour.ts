import { afterAll, beforeAll, describe, it } from 'vitest';

import type { GenerateRequest, ModelGateway } from '../../../activities/llm/gateway.ts';
import type { CallTimeouts } from '../../../activities/llm/providers/provider.ts';
import { costOfTokens, ollamaModel } from '../../../domain/budget/models.ts';
import { AppError, errorCatalogue } from '../../../domain/errors.ts';
import { openDatabase, type Database } from '../../../prisma/client.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { createTestGateway, editRequest, testPrices, wireSettings } from '../model-gateway.ts';
import { insertWorkOrder } from '../work-orders.ts';
import type { WireBehaviour } from './behaviour.ts';
import type { DialectName } from './dialect.ts';
import { misbehaviours, type Consequence, type Misbehaviour } from './misbehaviours.ts';
import { WireServer } from './wire-server.ts';

/** The model that each is asked for, and who stands in for it. */
const models: Record<DialectName, { asked: string; standIn: DialectName }> = {
  anthropic: { asked: 'claude-haiku-4-5', standIn: 'openai' },
  openai: { asked: 'gpt-5.4-mini', standIn: 'ollama' },
  ollama: { asked: 'ollama/qwen3:latest', standIn: 'anthropic' },
};

type Mode = 'whole' | 'stream';

/** One test for each thing that a provider of this dialect can do wrong, asked for whole answers and for streams. */
export function describeMisbehaviour(dialect: DialectName): void {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase(testDatabase.url, 10);
  });

  afterAll(async () => {
    await database.$disconnect();
    await testDatabase.drop();
  });

  describe.concurrent.each(['whole', 'stream'] as const)(`${dialect}, asked for a %s answer`, (mode) => {
    const rows = misbehaviours.flatMap((row) => {
      const behaviour = behaviourOf(row, dialect);
      const consequence = row[mode];
      return behaviour === undefined || consequence === undefined ? [] : [{ ...row, behaviour, consequence }];
    });

    it.for(rows)('$what: $consequence.code', async ({ behaviour, consequence, timeouts = {} }, { expect }) => {
      const outcome = await provoke({ database, dialect, mode, behaviour, timeouts });
      const { calls, error, rows: ledger } = outcome;
      expect(calls.filter((call) => call.dialect === dialect)).toHaveLength(consequence.calls);
      expect(calls.filter((call) => call.dialect !== dialect)).toHaveLength(consequence.standsIn ? 1 : 0);
      // Half of 20 ms at least before the second try, half of 40 ms before the third.
      const gaps = calls.slice(1, consequence.calls).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
      for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(9 * 2 ** index);

      if (consequence.standsIn) expect(outcome.result).toMatchObject({ text: 'An answer.', degraded: true });
      else expect(error).toMatchObject({ code: consequence.code });
      expect(errorCatalogue[consequence.code].failureClass).toBe(consequence.failureClass);
      expect(ledger).toMatchObject(ledgerOf(dialect, consequence));
      const paid = ledger.filter((row) => row.state === 'settled' && row.errorCode === null);
      expect(outcome.storedAnswers).toBe(paid.length);

      const { isAway } = outcome;
      expect(outcome.health).toMatchObject({
        state: consequence.rests === true ? 'open' : 'closed',
        failures: isAway ? consequence.calls : 0,
      });
    });
  });
}

function behaviourOf({ behaviour }: Misbehaviour, dialect: DialectName): WireBehaviour | undefined {
  return 'does' in behaviour ? behaviour : behaviour[dialect];
}

interface Provocation {
  database: Database;
  dialect: DialectName;
  mode: Mode;
  behaviour: WireBehaviour;
  timeouts: Partial<CallTimeouts>;
}

/** Asks a provider that always does this, and tells what came of it. */
async function provoke({ database, dialect, mode, behaviour, timeouts }: Provocation) {
  const server = await new WireServer().start();
  const { asked, standIn } = models[dialect];
  server.behave[dialect] = () => behaviour;
  try {
    const workOrderId = await insertWorkOrder(database);
    const gateway = createTestGateway({
      ...{ database, baseUrl: `${server.url}/v1`, timeouts },
      settings: wireSettings(server, standIn),
    });
    const onPiece = mode === 'stream' ? { onPiece: () => undefined } : {};
    const request: GenerateRequest = editRequest(workOrderId, 'Change it.', { model: asked, ...onPiece });
    const settled = await settle(gateway, request);
    const rows = await database.modelCall.findMany({ where: { workOrderId }, orderBy: { createdAt: 'asc' } });
    const away = ['provider-unavailable', 'provider-rate-limited', 'provider-timeout', 'provider-stream-broken'];
    return {
      ...settled,
      rows,
      calls: server.calls,
      storedAnswers: await database.modelAnswer.count({ where: { workOrderId } }),
      isAway: away.includes(rows[0]?.errorCode ?? ''),
      health: gateway.health().find(({ provider }) => provider === dialect),
    };
  } finally {
    await server.close();
  }
}

async function settle(gateway: ModelGateway, request: GenerateRequest) {
  try {
    return { result: await gateway.generate(request), error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { result: null, error };
  }
}

/** One row per try, and one of whoever stood in. */
function ledgerOf(dialect: DialectName, { code, calls, state, cost, standsIn }: Consequence): object[] {
  const { asked, standIn } = models[dialect];
  const entry = testPrices.chat.find(({ name }) => name === asked) ?? ollamaModel('qwen3:latest');
  const usage = { inputTokens: 100, outputTokens: 10, cachedInputTokens: 0, cacheWriteInputTokens: 0 };
  const tries = Array.from({ length: calls }, (_try, retryNumber) => ({
    ...{ provider: dialect, askedModel: asked, retryNumber, fallbackFrom: null, state, errorCode: code },
    isUsageEstimated: cost === 'estimated',
    ...(state === 'settled' ? {} : { costUsdMicros: null }),
    ...(cost === 'counted' ? { costUsdMicros: BigInt(costOfTokens(entry, usage)), inputTokens: 100 } : {}),
  }));
  if (!standsIn) return tries;
  const stoodIn = { provider: standIn, retryNumber: 0, fallbackFrom: asked, state: 'settled', errorCode: null };
  return [...tries, stoodIn];
}
