import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureEntry, entryFolder, findEntry } from '../../tools/cache.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { tryLock, withLock } from '../../tools/process-lock.mjs';
import { readRun, stateFolder, stopRun, takeRun, updateRun } from '../../tools/run-lock.mjs';
import { createScratchFolder, eventually, startModule, toolUrl } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

describe('the lock between processes', () => {
  it('is taken over from a holder that was killed with -9', async () => {
    const folder = join(scratch.path, 'lock');
    const holder = startModule(
      scratch.path,
      `
      import { tryLock } from ${JSON.stringify(toolUrl('process-lock.mjs'))};
      await tryLock(${JSON.stringify(folder)});
      console.log('held');
      setInterval(() => {}, 1000);`,
    );
    await eventually(() => holder.output().includes('held'));
    expect(await tryLock(folder)).toBeUndefined();
    holder.child.kill('SIGKILL');
    const lock = await eventually(() => tryLock(folder));
    expect(readdirSync(folder)).toHaveLength(1);
    lock.release();
  });

  it('does not take a newcomer with the same pid for the holder', async () => {
    const folder = join(scratch.path, 'lock');
    mkdirSync(folder);
    writeFileSync(join(folder, `${String(process.pid)}-anotherstart-abc`), '');
    expect(await tryLock(folder)).toBeDefined();
  });

  it('lets one in at a time, of many that try at once, and tells who waits', async () => {
    const folder = join(scratch.path, 'lock');
    let inside = 0;
    let insideMax = 0;
    const waitedFor: number[] = [];
    const onWait = (pid: number) => waitedFor.push(pid);
    const work = () =>
      withLock(folder, { onWait }, async () => {
        inside += 1;
        insideMax = Math.max(insideMax, inside);
        await sleep(300);
        inside -= 1;
      });
    await Promise.all([work(), work(), work()]);
    expect(insideMax).toBe(1);
    expect(waitedFor).toContain(process.pid);
  });
});

describe('the cache', () => {
  it('makes an entry once when two ask for it at once', async () => {
    let fills = 0;
    const request = {
      part: 'thing',
      version: '1',
      root: scratch.path,
      async fill(folder: string) {
        fills += 1;
        await sleep(50);
        writeFileSync(join(folder, 'content'), 'x');
      },
    };
    const results = await Promise.all([ensureEntry(request), ensureEntry(request)]);
    expect(fills).toBe(1);
    expect(results.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
    expect(readFileSync(join(entryFolder(request), 'content'), 'utf8')).toBe('x');
  });

  it.each([false, true])(
    'does not take a half-made entry for a complete one (made in place: %s)',
    async (isMadeInPlace) => {
      const entry = { part: 'thing', version: '1', root: scratch.path };
      const killed = startModule(
        scratch.path,
        `
      import { ensureEntry } from ${JSON.stringify(toolUrl('cache.mjs'))};
      import { writeFileSync } from 'node:fs';
      await ensureEntry({ ...${JSON.stringify({ ...entry, isMadeInPlace })}, fill: async (folder) => {
        writeFileSync(folder + '/half', '');
        console.log('filling');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      } });`,
      );
      await eventually(() => killed.output().includes('filling'));
      killed.child.kill('SIGKILL');
      await eventually(() => killed.child.signalCode ?? undefined);
      expect(findEntry(entry)).toBeUndefined();
      const { folder } = await ensureEntry({ ...entry, isMadeInPlace, fill: () => Promise.resolve() });
      expect(existsSync(join(folder, 'half'))).toBe(false);
      expect(readdirSync(scratch.path).filter((name) => name.includes('.partial'))).toEqual([]);
    },
  );

  it('leaves no entry when making it fails', async () => {
    const entry = { part: 'thing', version: '1', root: scratch.path };
    await expect(ensureEntry({ ...entry, fill: () => Promise.reject(new Error('no disk')) })).rejects.toThrow(
      'no disk',
    );
    expect(findEntry(entry)).toBeUndefined();
  });
});

describe('ports', () => {
  it('replaces a taken port by a free one and says so', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const taken = await eventually(() => {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : undefined;
    });
    const reserved = await reservePorts([{ part: 'Temporal', preferred: taken }], { claimsFolder: scratch.path });
    expect(reserved.ports[0]).not.toBe(taken);
    expect(reserved.notes).toEqual([`Port ${String(taken)} is taken; Temporal uses ${String(reserved.ports[0])}.`]);
    reserved.release();
    server.close();
  });

  it('hands no port to two runs, though nobody listens on it yet', async () => {
    const options = { claimsFolder: scratch.path };
    const first = await reservePorts([{ part: 'API' }], options);
    const preferred = first.ports[0] ?? 0;
    const second = await reservePorts([{ part: 'API', preferred }], options);
    expect(second.ports[0]).not.toBe(preferred);
    second.release();
    first.release();
  });

  it('chooses none that the system may give to an outgoing connection before the part listens', async () => {
    const reserved = await reservePorts(
      Array.from({ length: 20 }, () => ({ part: 'API' })),
      { claimsFolder: scratch.path },
    );
    expect(new Set(reserved.ports).size).toBe(20);
    for (const port of reserved.ports) expect(port).toBeLessThan(32_768);
    expect(reserved.notes).toEqual([]);
    reserved.release();
  });
});

/** A part of a run. The system tells its command line only some time after it knows its pid. */
async function startPart() {
  const part = startModule(scratch.path, "console.log('runs'); setInterval(() => {}, 1000);");
  await eventually(() => part.output().includes('runs'));
  return part;
}

describe('the run of a clone', () => {
  it('refuses a second start and names the addresses of the first', async () => {
    const run = await takeRun(scratch.path);
    updateRun(scratch.path, { apiUrl: 'http://127.0.0.1:4747' });
    await expect(takeRun(scratch.path)).rejects.toThrow(/already running in this clone .*http:\/\/127\.0\.0\.1:4747/);
    await run.release();
    expect(readRun(scratch.path)).toBeUndefined();
  });

  it('takes over from a run that was killed with -9, and stops one that lives', async () => {
    const source = `
      import { takeRun } from ${JSON.stringify(toolUrl('run-lock.mjs'))};
      await takeRun(${JSON.stringify(scratch.path)});
      console.log('taken');
      setInterval(() => {}, 1000);`;
    const killed = startModule(scratch.path, source);
    await eventually(() => killed.output().includes('taken'));
    killed.child.kill('SIGKILL');
    await eventually(() => readRun(scratch.path) === undefined);
    expect(existsSync(join(stateFolder(scratch.path), 'run.json'))).toBe(true);
    const living = startModule(scratch.path, source);
    await eventually(() => living.output().includes('taken'));
    expect(await stopRun(scratch.path)).toBe(true);
    expect(await stopRun(scratch.path)).toBe(false);
  });

  it('keeps the state of the clone from everybody else on the machine', async () => {
    mkdirSync(stateFolder(scratch.path), { mode: 0o755 });
    const run = await takeRun(scratch.path);
    expect(statSync(stateFolder(scratch.path)).mode & 0o777).toBe(0o700);
    await run.release();
  });

  it('is given back only when the parts of a killed supervisor have ended', async () => {
    const run = await takeRun(scratch.path);
    const part = await startPart();
    updateRun(scratch.path, { pids: { temporal: part.child.pid ?? 0 } });
    const releasing = run.release();
    await expect(Promise.race([releasing, sleep(300)])).resolves.toBeUndefined();
    await expect(takeRun(scratch.path)).rejects.toThrow('already running in this clone');
    part.child.kill('SIGKILL');
    await releasing;
    await (await takeRun(scratch.path)).release();
  });

  it('waits until the parts of a killed run have ended, which would work on the same state', async () => {
    mkdirSync(join(scratch.path, '.ratchet'));
    const part = await startPart();
    writeFileSync(
      join(scratch.path, '.ratchet', 'run.json'),
      JSON.stringify({ pid: 1, processStartTime: 'gone', pids: { temporal: part.child.pid } }),
    );
    let hasSaidSo = false;
    const taking = takeRun(scratch.path, { onWait: () => (hasSaidSo = true) });
    await eventually(() => hasSaidSo);
    await expect(Promise.race([taking, sleep(300)])).resolves.toBeUndefined();
    part.child.kill('SIGKILL');
    await (await taking).release();
  });
});
