import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import type { FlagName } from '../../domain/flags/flags.ts';
import type { FlagCounts } from '../../platform/flag-store.ts';
import { openFlags } from '../../platform/flags.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { createFlagStore, listFlags, setFlag } from '../../prisma/repositories/feature-flags.ts';
import { startGuarded } from '../../tools/guarded-process.mjs';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import type { FlagJob } from '../support/flags-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** What is promised of a flip. */
const effectMaxMs = 5_000;

const logger = pino({ level: 'silent' });
const script = fileURLToPath(new URL('../support/flags-process.ts', import.meta.url));
const actor = { kind: 'person' as const, id: randomUUID(), name: 'Somebody on call' };

let testDatabase: TestDatabase;
let database: Database;
let processes: ReturnType<typeof startGuarded>[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 10);
});

beforeEach(async () => {
  await database.featureFlag.deleteMany();
  await database.flagResult.deleteMany();
});

afterEach(async () => {
  await Promise.all(processes.map((running) => running.stop()));
  processes = [];
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

const turn = (name: FlagName, isOn: boolean, reason = 'It costs too much.') =>
  setFlag(database, { name, isOn, reason, actor });

async function stateOf(name: FlagName) {
  return (await listFlags(database)).find((flag) => flag.name === name);
}

/** Of a flag, oldest first, since a moment that only this test knows: the trail itself can't be emptied. */
async function trailOf(objectId: FlagName, after: bigint) {
  return database.auditEvent.findMany({ where: { objectId, id: { gt: after } }, orderBy: { id: 'asc' } });
}

async function endOfTrail(): Promise<bigint> {
  const last = await database.auditEvent.findFirst({ orderBy: { id: 'desc' } });
  return last?.id ?? 0n;
}

/** Starts a Node process that watches a flag. @returns what it has printed, read at the moment of asking */
function startReader(job: Omit<FlagJob, 'databaseUrl'>) {
  let output = '';
  const running = startGuarded({
    command: process.execPath,
    args: [script],
    stdin: { text: JSON.stringify({ databaseUrl: testDatabase.url, ...job }) },
    stopSignal: 'SIGKILL',
    onOutput: (text, stream) => {
      if (stream === 'stdout') output += text;
    },
  });
  processes.push(running);
  const seen = () => output.split('\n').filter((line) => line !== '');
  return {
    pid: running.pid,
    /** Waits for its n-th line. @returns whether the flag was on, and when it was seen */
    async saw(count: number) {
      const line = await waitFor(`${count} lines of a process`, async () => seen()[count - 1]);
      const [value, atMs] = line.split(' ');
      return { isOn: value === 'on', atMs: Number(atMs) };
    },
  };
}

const countsOf = (runs: number, errors: number, name: FlagName = 'PLAN_REFINEMENT'): FlagCounts[] => [
  { name, runs, errors },
];

describe('a flip', () => {
  it('has its effect in every process within five seconds, on as well as off', async () => {
    const name = 'FURTHER_REPAIRS';
    const readers = [startReader({ name }), startReader({ name })];
    expect(new Set([process.pid, ...readers.map(({ pid }) => pid)]).size).toBe(3);
    const own = await openFlags(createFlagStore(database), logger);
    for (const reader of readers) expect((await reader.saw(1)).isOn).toBe(true);
    expect(await own.isOn(name)).toBe(true);
    for (const [index, isOn] of [false, true, false].entries()) {
      const atMs = Date.now();
      await turn(name, isOn);
      for (const reader of readers) {
        const seen = await reader.saw(index + 2);
        expect(seen.isOn).toBe(isOn);
        expect(seen.atMs - atMs).toBeLessThan(effectMaxMs);
      }
      await waitFor('flag in this process', async () => (await own.isOn(name)) === isOn, effectMaxMs);
    }
    await own.close();
  });

  it('stands in the audit trail with who, why and when, and so does the flag', async () => {
    const before = await endOfTrail();
    const startedAtMs = Date.now();
    await setFlag(database, {
      ...{ name: 'MODEL_STAND_INS', isOn: false, reason: 'The contract forbids it.', actor },
      ...{ requestId: 'request-1', address: '127.0.0.1' },
    });
    const [event, ...others] = await trailOf('MODEL_STAND_INS', before);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      ...{ actorKind: 'person', actorId: actor.id, actorName: actor.name, action: 'setFlag', outcome: 'done' },
      ...{ objectKind: 'flag', requestId: 'request-1', address: '127.0.0.1' },
      details: { flag: 'MODEL_STAND_INS', from: true, to: false, reason: 'The contract forbids it.' },
    });
    expect(event!.at.getTime()).toBeGreaterThan(startedAtMs - 1_000);
    expect(await stateOf('MODEL_STAND_INS')).toMatchObject({
      ...{ isOn: false, changedBy: actor.name, reason: 'The contract forbids it.' },
      changedAt: expect.stringMatching(/^20.*Z$/),
    });
  });

  it('is nothing where the flag has the value already: nothing is written', async () => {
    const before = await endOfTrail();
    await turn('MODEL_STAND_INS', true);
    expect(await trailOf('MODEL_STAND_INS', before)).toEqual([]);
    expect(await stateOf('MODEL_STAND_INS')).toMatchObject({ isOn: true, changedBy: null });
  });

  it('does not happen where it can not be written into the audit trail', async () => {
    const nobody = { ...actor, id: 'this is no id' };
    await expect(
      setFlag(database, { name: 'MODEL_STAND_INS', isOn: false, reason: 'Why not.', actor: nobody }),
    ).rejects.toThrow();
    expect(await stateOf('MODEL_STAND_INS')).toMatchObject({ isOn: true, changedBy: null });
  });
});

describe('the roll-out order', () => {
  it('refuses to turn off what another flag needs, and to turn on what needs another one', async () => {
    const before = await endOfTrail();
    await expect(turn('GATE_REPAIRS', false)).rejects.toMatchObject({
      code: 'flag-order',
      message: 'GATE_REPAIRS is needed by FURTHER_REPAIRS, which must be turned off first.',
    });
    expect(await trailOf('GATE_REPAIRS', before)).toEqual([]);
    await turn('FURTHER_REPAIRS', false);
    await turn('GATE_REPAIRS', false);
    await expect(turn('FURTHER_REPAIRS', true)).rejects.toMatchObject({ code: 'flag-order' });
    expect([(await stateOf('GATE_REPAIRS'))?.isOn, (await stateOf('FURTHER_REPAIRS'))?.isOn]).toEqual([false, false]);
  });

  it('holds when one is turned on in the moment in which the other is turned off', async () => {
    for (let round = 0; round < 20; round += 1) {
      await database.featureFlag.deleteMany();
      await turn('FURTHER_REPAIRS', false);
      const both = await Promise.allSettled([turn('GATE_REPAIRS', false), turn('FURTHER_REPAIRS', true)]);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const [needed, needing] = [await stateOf('GATE_REPAIRS'), await stateOf('FURTHER_REPAIRS')];
      expect(needed?.isOn).toBe(needing?.isOn);
    }
  });
});

describe('errors behind a flag', () => {
  it('turn it off at 5 % and not below', async () => {
    const store = createFlagStore(database);
    expect(await store.saveResults(countsOf(101, 5))).toEqual([]);
    expect(await stateOf('PLAN_REFINEMENT')).toMatchObject({ isOn: true, lately: { runs: 101, errors: 5 } });
    // 106 and 6 are more than 5 %, and what another flag did counts for that one.
    await store.saveResults(countsOf(1_000, 0, 'MODEL_STAND_INS'));
    expect(await store.saveResults(countsOf(5, 1))).toMatchObject([{ name: 'PLAN_REFINEMENT' }]);
    expect(await stateOf('PLAN_REFINEMENT')).toMatchObject({ isOn: false, changedBy: 'flag watch' });
    expect((await stateOf('MODEL_STAND_INS'))?.isOn).toBe(true);
  });

  it('in two processes turn it off once: in both, with the figures of both in one line of the audit trail', async () => {
    const before = await endOfTrail();
    const name = 'PLAN_REFINEMENT';
    // Too few runs in each, enough in both together.
    const readers = [startReader({ name, runs: 12, errors: 2 }), startReader({ name, runs: 12, errors: 1 })];
    const firsts = await Promise.all(readers.map((reader) => reader.saw(1)));
    const seconds = await Promise.all(readers.map((reader) => reader.saw(2)));
    expect([firsts, seconds].map((all) => all.map(({ isOn }) => isOn))).toEqual([
      [true, true],
      [false, false],
    ]);
    const lastStartMs = Math.max(...firsts.map(({ atMs }) => atMs));
    expect(Math.max(...seconds.map(({ atMs }) => atMs)) - lastStartMs).toBeLessThan(effectMaxMs);
    expect(await trailOf(name, before)).toMatchObject([
      {
        ...{ actorKind: 'system', actorName: 'flag watch', actorId: null, action: 'setFlag', outcome: 'done' },
        details: { flag: name, from: true, to: false, runs: 24, errors: 3 },
      },
    ]);
  });

  it('are decided on once, however many see them at the same moment', async () => {
    const before = await endOfTrail();
    const stores = Array.from({ length: 8 }, () => createFlagStore(database));
    const answers = await Promise.all(stores.map((store) => store.saveResults(countsOf(25, 25))));
    expect(answers.flat()).toHaveLength(1);
    expect(await trailOf('PLAN_REFINEMENT', before)).toHaveLength(1);
    expect((await stateOf('PLAN_REFINEMENT'))?.lately).toEqual({ runs: 200, errors: 200 });
  });

  it('take what needs the flag along, before it', async () => {
    const before = await endOfTrail();
    const turnedOff = await createFlagStore(database).saveResults(countsOf(40, 2, 'GATE_REPAIRS'));
    expect(turnedOff.map(({ name }) => name)).toEqual(['FURTHER_REPAIRS', 'GATE_REPAIRS']);
    const [needing, needed] = [await trailOf('FURTHER_REPAIRS', before), await trailOf('GATE_REPAIRS', before)];
    expect([needing.length, needed.length]).toEqual([1, 1]);
    expect(needing[0]!.id).toBeLessThan(needed[0]!.id);
    expect(needed[0]?.details).toMatchObject({
      reason: '2 of 40 runs within 30 minutes failed: 5.0 %, and 5 % is the limit.',
      ...{ runs: 40, errors: 2 },
    });
  });

  it('do not turn it off again when a person has turned it on since', async () => {
    const store = createFlagStore(database);
    await store.saveResults(countsOf(100, 50));
    await turn('PLAN_REFINEMENT', true, 'The provider is mended.');
    expect(await store.saveResults(countsOf(100, 4))).toEqual([]);
    expect(await stateOf('PLAN_REFINEMENT')).toMatchObject({ isOn: true, lately: { runs: 100, errors: 4 } });
  });

  it('count for half an hour, and are gone a day later', async () => {
    const store = createFlagStore(database);
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const name = 'PLAN_REFINEMENT';
    await database.flagResult.createMany({
      data: [
        { name, minute: minutesAgo(32), runs: 100, errors: 100 },
        { name, minute: minutesAgo(25 * 60), runs: 100, errors: 100 },
      ],
    });
    expect(await store.saveResults(countsOf(100, 0))).toEqual([]);
    expect((await stateOf(name))?.lately).toEqual({ runs: 100, errors: 0 });
    expect(await database.flagResult.count({ where: { name } })).toBe(2);
  });
});

describe('a database that is away', () => {
  it('leaves the last known value, and the flag follows again when it is back', async () => {
    const flags = await openFlags(createFlagStore(database), logger);
    await turn('OPEN_REGISTRATION', false, 'Too many at once.');
    expect(await flags.isOn('OPEN_REGISTRATION')).toBe(false);
    await allowConnections(false);
    try {
      await expect(database.featureFlag.count()).rejects.toThrow();
      const untilMs = Date.now() + 3_000;
      while (Date.now() < untilMs) expect(await flags.isOn('OPEN_REGISTRATION')).toBe(false);
      const unread = await openFlags(createFlagStore(database), logger);
      expect(await unread.isOn('OPEN_REGISTRATION')).toBe(true);
      expect(await flags.measured('OPEN_REGISTRATION', async () => 'done')).toBe('done');
    } finally {
      await allowConnections(true);
    }
    await turn('OPEN_REGISTRATION', true, 'It is quiet again.');
    await waitFor('flag in this process', async () => flags.isOn('OPEN_REGISTRATION'), effectMaxMs);
    await flags.close();
    expect((await stateOf('OPEN_REGISTRATION'))?.lately).toEqual({ runs: 1, errors: 0 });
  });

  /** Nobody gets into the database any more, and those who are in are thrown out. */
  async function allowConnections(allowed: boolean): Promise<void> {
    const name = new URL(testDatabase.url).pathname.slice(1);
    const client = new Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${String(allowed)}`);
    if (!allowed)
      await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await client.end();
  }
});
