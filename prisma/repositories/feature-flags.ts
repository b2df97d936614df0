import { judgeFlagRuns, watchWindowMinutes, type FlagRuns } from '../../domain/flags/error-watch.ts';
import { flagList, isFlagName, type Flag, type FlagName } from '../../domain/flags/flags.ts';
import { flagValues, refuseFlip, turnOffOrder } from '../../domain/flags/roll-out.ts';
import { AppError } from '../../domain/errors.ts';
import type { FlagStore } from '../../platform/flag-store.ts';
import type { Database, DatabaseSession } from '../client.ts';
import { appendAuditEvent, type Actor } from './audit-trail.ts';
import { isDatabaseAway } from './database-away.ts';

/**
 * One number for all processes: flags are turned one after another, since they need each other. Not that of places
 * (7205001) and not that of the ledger (7205002): a flip must hold back no model call.
 */
const flagsLock = 7_205_003;

/** On a slow machine everybody in the line waits longer than the 2 s that a transaction usually gets. */
const patience = { maxWait: 10_000, timeout: 10_000 };

/** Minutes without any use any more: the window, and a day to look back from it. */
const resultsKeptMinutes = 24 * 60;

/** A flag as it stands. Times are ISO 8601; null for who, when and why: nobody has ever turned it. */
export interface FlagState extends Flag<FlagName> {
  isOn: boolean;
  changedBy: string | null;
  changedAt: string | null;
  reason: string | null;
  /** What ran behind it within the window of the watch. */
  lately: FlagRuns;
}

/** Every flag of the list with its state, in the order of the list. */
export async function listFlags(database: Database): Promise<FlagState[]> {
  const [rows, runs] = await Promise.all([database.featureFlag.findMany(), readRuns(database)]);
  return flagList.map((flag) => {
    const row = rows.find(({ name }) => name === flag.name);
    return {
      ...flag,
      isOn: row?.isEnabled ?? flag.isOnByDefault,
      changedBy: row?.changedBy ?? null,
      changedAt: row?.changedAt.toISOString() ?? null,
      reason: row?.reason ?? null,
      lately: runs.get(flag.name) ?? { runs: 0, errors: 0 },
    };
  });
}

/** A wish of somebody to turn a flag. */
export interface FlagChange {
  name: FlagName;
  isOn: boolean;
  reason: string;
  actor: Actor;
  requestId?: string;
  address?: string;
}

/**
 * Turns a flag and writes who did it and why into the audit trail, both or neither. A flag that has the value already
 * stays as it is, and nothing is written.
 *
 * @throws AppError `flag-order` when the roll-out order forbids it
 */
export async function setFlag(database: Database, change: FlagChange): Promise<void> {
  await database.$transaction(async (session) => {
    await lockFlags(session);
    const values = await readValues(session);
    if (values.get(change.name) === change.isOn) return;
    const refusal = refuseFlip(change, values);
    if (refusal !== null) throw new AppError('flag-order', refusal);
    await writeFlip(session, change);
  }, patience);
}

/** The flags for `openFlags` of platform/flags.ts. */
export function createFlagStore(database: Database): FlagStore {
  return {
    async read() {
      const rows = await database.featureFlag.findMany({ select: { name: true, isEnabled: true } });
      return new Map(rows.map(({ name, isEnabled }) => [name, isEnabled]));
    },
    async saveResults(results) {
      for (const result of results) await addRuns(database, result);
      // Nearly always nothing is wrong: nobody has to wait in line to learn that.
      const runs = await readRuns(database);
      const failing = results.filter(({ name }) => judgeFlagRuns(runs.get(name) ?? noRuns) !== null);
      const turnedOff = [];
      for (const { name } of failing) turnedOff.push(...(await turnOffFailing(database, name)));
      return turnedOff;
    },
    isAway: isDatabaseAway,
  };
}

const noRuns: FlagRuns = { runs: 0, errors: 0 };
const watch: Actor = { kind: 'system', name: 'flag watch' };

/** Decided again behind the lock: another process may have turned it off, or a person on again. */
async function turnOffFailing(database: Database, failing: FlagName): Promise<{ name: string; reason: string }[]> {
  return database.$transaction(async (session) => {
    await lockFlags(session);
    const values = await readValues(session);
    const figures = (await readRuns(session)).get(failing) ?? noRuns;
    const verdict = judgeFlagRuns(figures);
    if (values.get(failing) !== true || verdict === null) return [];
    const flips = turnOffOrder(failing, values)
      .filter((name) => isFlagName(name))
      .map((name) => ({
        name,
        reason: name === failing ? verdict : `It needs ${failing}, which goes off. ${verdict}`,
      }));
    for (const flip of flips) await writeFlip(session, { ...flip, isOn: false, actor: watch }, figures);
    return flips;
  }, patience);
}

async function lockFlags(session: DatabaseSession): Promise<void> {
  await session.$executeRaw`SELECT pg_advisory_xact_lock(${flagsLock})`;
}

async function readValues(session: DatabaseSession): Promise<Map<string, boolean>> {
  const rows = await session.featureFlag.findMany();
  return flagValues(new Map(rows.map(({ name, isEnabled }) => [name, isEnabled])));
}

async function writeFlip(
  session: DatabaseSession,
  { name, isOn, reason, actor, ...where }: FlagChange,
  figures?: FlagRuns,
): Promise<void> {
  const data = { isEnabled: isOn, reason, changedBy: actor.name, changedAt: new Date() };
  await session.featureFlag.upsert({ where: { name }, create: { name, ...data }, update: data });
  // What went wrong before it was turned off must not turn it off again.
  if (isOn) await session.flagResult.deleteMany({ where: { name } });
  await appendAuditEvent(session, {
    ...{ actor, action: 'setFlag', outcome: 'done', objectKind: 'flag', objectId: name, ...where },
    details: { flag: name, from: !isOn, to: isOn, reason, ...figures },
  });
}

/** By the database's clock: those of several machines differ. */
async function addRuns(session: DatabaseSession, { name, runs, errors }: FlagRuns & { name: string }): Promise<void> {
  await session.$executeRaw`
    INSERT INTO flag_results AS kept (name, minute, runs, errors)
    VALUES (${name}, date_trunc('minute', now()), ${runs}, ${errors})
    ON CONFLICT (name, minute) DO UPDATE SET runs = kept.runs + EXCLUDED.runs, errors = kept.errors + EXCLUDED.errors`;
  await session.$executeRaw`
    DELETE FROM flag_results WHERE name = ${name} AND minute < now() - make_interval(mins => ${resultsKeptMinutes}::int)`;
}

async function readRuns(session: DatabaseSession): Promise<Map<string, FlagRuns>> {
  const rows = await session.$queryRaw<(FlagRuns & { name: string })[]>`
    SELECT name, sum(runs)::float8 AS runs, sum(errors)::float8 AS errors FROM flag_results
    WHERE minute > now() - make_interval(mins => ${watchWindowMinutes}::int) GROUP BY name`;
  return new Map(rows.map(({ name, ...sums }) => [name, sums]));
}
