import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addOrder,
  editBlock,
  providerEnvironment,
  startEditingProvider,
  type EditingQuestion,
} from '../support/editing-provider.ts';
import { createOrder, runOf, waitForEnd, type OrderAnswer } from '../support/orders.ts';
import { processesIn } from '../support/processes.ts';
import type { ProviderReply, ProviderServer } from '../support/provider-server.ts';
import { git, makeRepository } from '../support/repositories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

/** Heartbeat timeout of a step, and what may pass beside it until another worker has it. */
const resumedMs = 15_000 + 5_000;

/** How soon the guards of a killed worker's children must have ended them. */
const orphansEndMs = 5_000;

/** Any number: the advisory lock on which the database holds a publishing worker. */
const holdLock = 4711;

let stack: TestStack;
let provider: ProviderServer;
let edited: OrderAnswer;
let unrecorded: OrderAnswer;
let unopened: OrderAnswer;
let killedAtMs: number;
let isKilled = false;

// One kill for three orders, each at the point that is worst for it.
beforeAll(async () => {
  provider = await startEditingProvider(replyTo);
  const environment = { ...providerEnvironment(provider), RATCHET_WORKSPACE_SLOTS: '3' };
  stack = await startTestStack({ environment });
  const repository = await makeRepository(join(stack.stateDirectory, 'repositories/greeter'));
  const shown = { text: 'It is there.', command: 'grep -q edited src/greet.js' };
  await holdPublications({ opening: 'Add unopened', recording: 'Add unrecorded' });
  edited = await createOrder(stack, { ...addOrder(repository, 'edited'), acceptanceCriteria: [shown] });
  unopened = await createOrder(stack, addOrder(repository, 'unopened'));
  unrecorded = await createOrder(stack, addOrder(repository, 'unrecorded'));
  await waitFor(
    'edit and two publications at the same time',
    async () => callsOf('edited').length === 3 && (await heldBackends()).length === 2,
    120_000,
  );
  await stack.killWorker();
  killedAtMs = performance.now();
  isKilled = true;
  await letPublicationsGo();
}, 180_000);

afterAll(async () => {
  await stack.close();
  await provider.close();
});

/**
 * The edit of the order `edited` takes two calls: the first answer names lines that are not there, so the editor asks
 * again, and the second call is never answered before the kill.
 */
function replyTo({ call, step, word }: EditingQuestion): ProviderReply | undefined {
  if (word !== 'edited') return undefined;
  if (step === 'plan') {
    const files = [{ path: 'src/greet.js', intent: 'The constant.', isNew: false }];
    return { text: JSON.stringify({ summary: 'Add it.', files, criteriaCovered: ['AC1'] }) };
  }
  if (!call.text.includes('failed to match')) return { text: editBlock('src/greet.js', 'not there\n', 'nothing\n') };
  if (!isKilled) return { hang: true };
  const line = 'export function greet(name) {\n';
  return { text: editBlock('src/greet.js', line, `export const edited = 'edited';\n\n${line}`) };
}

function callsOf(word: string): string[] {
  return provider.calls.map(({ text }) => text).filter((text) => text.includes(`Add ${word}`));
}

/**
 * Makes the database hold a worker: one that is about to write down a pull request whose branch is pushed, and one that
 * is about to write down that it has opened a pull request.
 */
async function holdPublications(titles: { opening: string; recording: string }): Promise<void> {
  const { database } = stack;
  await database.$executeRawUnsafe('CREATE TABLE held_titles (title text PRIMARY KEY)');
  await database.$executeRawUnsafe(`
    CREATE FUNCTION hold_worker() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      WHILE EXISTS (SELECT FROM work_orders JOIN held_titles USING (title)
                    WHERE id = NEW.work_order_id AND title = TG_ARGV[0]) LOOP
        PERFORM pg_sleep(0.1);
      END LOOP;
      RETURN NEW;
    END $$`);
  const trigger = (table: string, condition: string, title: string) => `
    CREATE TRIGGER hold BEFORE INSERT ON ${table} FOR EACH ROW WHEN (${condition})
    EXECUTE FUNCTION hold_worker('${title}')`;
  await database.$executeRawUnsafe(trigger('pull_requests', 'true', titles.opening));
  await database.$executeRawUnsafe(trigger('checkpoints', "NEW.step = 'publish'", titles.recording));
  await database.$executeRaw`INSERT INTO held_titles VALUES (${titles.opening}), (${titles.recording})`;
}
