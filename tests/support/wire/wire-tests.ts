import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

import type { GenerateRequest, ModelGateway } from '../../../activities/llm/gateway.ts';
import { openDatabase, type Database } from '../../../prisma/client.ts';
import { createModelCallRepository, type ModelCallRepository } from '../../../prisma/repositories/model-calls.ts';
import { findImbalances } from '../books.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { createTestGateway, editRequest, wireSettings, type TestGatewayOptions } from '../model-gateway.ts';
import { insertWorkOrder } from '../work-orders.ts';
import { WireServer } from './wire-server.ts';
import { testAnswerKeeping } from '../operator.ts';

/** What tests of a gateway with three providers share: a database per file, providers and an order per test. */
export class WireTest {
  databaseUrl!: string;
  database!: Database;
  ledger!: ModelCallRepository;
  server!: WireServer;
  workOrderId!: string;

  /** For a second process: where its gateway finds OpenAI. */
  get baseUrl(): string {
    return `${this.server.url}/v1`;
  }

  /** A gateway that knows all three providers; nobody stands in for anybody unless a chain is given. */
  gateway(options: Partial<TestGatewayOptions> & { chain?: string } = {}): ModelGateway {
    const { chain, settings, ...rest } = options;
    return createTestGateway({
      ...{ database: this.database, baseUrl: this.baseUrl, ...rest },
      settings: { ...wireSettings(this.server, chain), ...settings },
    });
  }

  request(prompt: string, changes: Partial<GenerateRequest> = {}): GenerateRequest {
    return editRequest(this.workOrderId, prompt, changes);
  }

  /** The ledger of the order, oldest row first. */
  ledgerRows() {
    return this.database.modelCall.findMany({
      where: { workOrderId: this.workOrderId },
      orderBy: { createdAt: 'asc' },
    });
  }

  storedAnswers(): Promise<number> {
    return this.database.modelAnswer.count({ where: { workOrderId: this.workOrderId } });
  }

  /** A running sum of the budget; zero when there is none. */
  async account(key: string): Promise<{ settledUsdMicros: number; reservedUsdMicros: number }> {
    const row = await this.database.budgetAccount.findUnique({ where: { key } });
    return {
      settledUsdMicros: Number(row?.settledUsdMicros ?? 0n),
      reservedUsdMicros: Number(row?.reservedUsdMicros ?? 0n),
    };
  }

  /** That of today. */
  today(): Promise<{ settledUsdMicros: number; reservedUsdMicros: number }> {
    return this.account(`day:${new Date().toISOString().slice(0, 10)}`);
  }
}

/** Registers what a test file needs before and after its tests. */
export function setUpWireTests(): WireTest {
  const test = new WireTest();
  let testDatabase: TestDatabase;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    test.databaseUrl = testDatabase.url;
    test.database = openDatabase(testDatabase.url, 10);
    test.ledger = createModelCallRepository(test.database, testAnswerKeeping);
  });

  afterAll(async () => {
    await test.database.$disconnect();
    await testDatabase.drop();
  });

  beforeEach(async () => {
    test.server = await new WireServer().start();
    test.workOrderId = await insertWorkOrder(test.database);
  });

  afterEach(async () => {
    await test.server.close();
    // Whatever a test did: the running sums are what the rows come to.
    expect(await findImbalances(test.database)).toEqual([]);
  });

  return test;
}
