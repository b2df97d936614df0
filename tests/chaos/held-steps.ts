import type { Database } from '../../prisma/client.ts';

/** What a worker can be held at: it has done all of the step (of `open`, the push), and is about to write that down. */
export type HeldStep = 'route' | 'plan' | 'baseline' | 'edit' | 'verify' | 'repair' | 'open' | 'publish' | 'record';

/** Prepares the database for holding workers; nobody is held yet. */
export async function prepareHolds(database: Database): Promise<void> {
  await database.$executeRawUnsafe('CREATE TABLE held_steps (title text, step text)');
  const hold = (name: string, step: string, isOrder: string) => `
    CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM held_steps AS held JOIN work_orders AS orders USING (title)
                 WHERE held.step = ${step} AND ${isOrder}) THEN
        PERFORM pg_sleep(3600);
      END IF;
      RETURN NEW;
    END $$`;
  await database.$executeRawUnsafe(hold('hold_checkpoint', 'NEW.step', 'orders.id = NEW.work_order_id'));
  await database.$executeRawUnsafe(hold('hold_opening', "'open'", 'orders.id = NEW.work_order_id'));
  await database.$executeRawUnsafe(hold('hold_baseline', "'baseline'", 'orders.repository_id = NEW.repository_id'));
  for (const [table, name] of [
    ['checkpoints', 'hold_checkpoint'],
    ['pull_requests', 'hold_opening'],
    ['baselines', 'hold_baseline'],
  ]) {
    await database.$executeRawUnsafe(
      `CREATE TRIGGER hold BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
    );
  }
}

/** From now on whoever writes that these steps of the order are done is held, until `letGo`. */
export async function holdSteps(database: Database, title: string, steps: readonly HeldStep[]): Promise<void> {
  for (const step of steps) await database.$executeRaw`INSERT INTO held_steps VALUES (${title}, ${step})`;
}

async function heldBackends(database: Database): Promise<{ pid: number }[]> {
  return database.$queryRaw`
    SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
}

/** How many writes are being held. */
export async function countHeld(database: Database): Promise<number> {
  return (await heldBackends(database)).length;
}

/** Ends what a killed worker had begun in the database, as the end of its machine would, and holds nobody any more. */
export async function letGo(database: Database): Promise<void> {
  await database.$executeRaw`DELETE FROM held_steps`;
  for (const { pid } of await heldBackends(database))
    await database.$queryRaw`SELECT pg_terminate_backend(${pid}::int)`;
}
