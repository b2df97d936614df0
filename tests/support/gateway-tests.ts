import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import type { ModelGateway } from '../../activities/llm/gateway.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { createModelCallRepository, type ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createTestGateway, type TestGatewayOptions } from './model-gateway.ts';
import { startProviderServer, type ProviderReply, type ProviderServer } from './provider-server.ts';
import { insertWorkOrder } from './work-orders.ts';
import { testAnswerKeeping } from './operator.ts';

/** What the tests of a gateway share: a database per file, a provider and an order per test. */
export class GatewayTest {
  database!: Database;
  ledger!: ModelCallRepository;
  provider!: ProviderServer;
  workOrderId!: string;
  /** What the provider does next; each test sets it. */
  reply!: (callNumber: number) => ProviderReply;

  /** A gateway as a started process has it. */
  gateway(options: Partial<TestGatewayOptions> = {}): ModelGateway {
    return createTestGateway({ database: this.database, baseUrl: this.provider.baseUrl, ...options });
  }

  /** The ledger of the order, oldest row first. */
  ledgerRows() {
    return this.database.modelCall.findMany({
      where: { workOrderId: this.workOrderId },
      orderBy: { createdAt: 'asc' },
    });
  }
}

/** Registers what a test file needs before and after its tests. */
export function setUpGatewayTests(): GatewayTest {
  const test = new GatewayTest();
  let testDatabase: TestDatabase;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    test.database = openDatabase(testDatabase.url, 20);
    test.ledger = createModelCallRepository(test.database, testAnswerKeeping);
  });

  afterAll(async () => {
    await test.database.$disconnect();
    await testDatabase.drop();
  });

  beforeEach(async () => {
    test.reply = () => ({ text: 'An answer.' });
    test.provider = await startProviderServer({ reply: (call) => test.reply(call.number) });
    test.workOrderId = await insertWorkOrder(test.database);
  });

  afterEach(() => test.provider.close());

  return test;
}

/** What a promise that must fail failed with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('The call did not fail');
    },
    (error: unknown) => error,
  );
}

/** All that a logger or a stack could print of an error: own properties, hidden ones and causes included. */
export function everythingIn(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const properties = Object.getOwnPropertyNames(value).map((name): [string, unknown] => [
    name,
    everythingIn(Reflect.get(value, name)),
  ]);
  return Object.fromEntries(properties);
}
