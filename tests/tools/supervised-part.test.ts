import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProcessStartTime } from '../../tools/process-identity.mjs';
import { createPart, type Part } from '../../tools/supervised-part.mjs';
import { createScratchFolder, eventually } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;
let part: Part | undefined;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(async () => {
  await part?.stop();
  scratch.remove();
});

/** A part that runs a shell script and answers when a file named `ready` is there. */
function createShellPart(script: string, readyTimeoutMs = 10_000) {
  const said: string[] = [];
  const pids: number[] = [];
  const givenUp: Error[] = [];
  part = createPart({
    name: 'Part',
    logFile: join(scratch.path, 'logs', 'part.log'),
    readyTimeoutMs,
    command: () =>
      Promise.resolve({
        command: 'sh',
        args: ['-c', script],
        cwd: scratch.path,
        env: { PATH: '/usr/bin:/bin' },
        graceMs: 1_000,
      }),
    isReady: () => Promise.resolve(existsSync(join(scratch.path, 'ready'))),
    say: (sentence) => said.push(sentence),
    onStarted: (pid) => pids.push(pid),
    onGivenUp: (error) => givenUp.push(error),
  });
  return { part, said, pids, givenUp, log: () => readFileSync(join(scratch.path, 'logs', 'part.log'), 'utf8') };
}

function isGone(pid: number | undefined): boolean {
  return pid === undefined || readProcessStartTime(pid) === undefined;
}

describe('a supervised part', () => {
  it('counts as started when it answers, not when its process runs', async () => {
    const { part: started, pids, log } = createShellPart('sleep 0.3; echo up; touch ready; sleep 60');
    await started.start();
    expect(log()).toBe('up\n');
    await started.stop();
    expect(pids.map((pid) => isGone(pid))).toEqual([true]);
  });

  it('fails its start with the end of its log when it dies before it answers', async () => {
    const { part: started } = createShellPart('echo "the disk is full" >&2; exit 3');
    await expect(started.start()).rejects.toThrow(
      /Part ended at its start \(exit code 3\)[^]*part\.log[^]*the disk is full/,
    );
  });

  it('fails its start and leaves no process when it does not answer in time', async () => {
    const { part: started, pids } = createShellPart('sleep 60', 300);
    await expect(started.start()).rejects.toThrow(/Part does not answer after 0\.3 s/);
    await eventually(() => isGone(pids[0]));
  });

  it('is restarted after kill -9, and says so', async () => {
    const { part: started, pids, said } = createShellPart('touch ready; sleep 60');
    await started.start();
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await eventually(() => said.includes('Part is back.'));
    expect(said[0]).toBe('Part ended (signal SIGKILL); restarting it.');
    expect(pids).toHaveLength(2);
    expect(isGone(pids[1])).toBe(false);
  });

  it('is given up when it dies again and again, with the end of its log', async () => {
    const { part: started, pids, givenUp } = createShellPart('touch ready; sleep 0.1; echo "no such table"');
    await started.start();
    await eventually(() => givenUp.length > 0, 30_000);
    expect(givenUp[0]?.message).toMatch(/Part ended more than 6 times[^]*no such table/);
    expect(pids).toHaveLength(7);
  });

  it('is not restarted once it was stopped, even while it waits to be', async () => {
    const { part: started, pids, said } = createShellPart('touch ready; sleep 60');
    await started.start();
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await eventually(() => said.length > 0);
    await started.stop();
    await expect(eventually(() => pids.length > 1, 800)).rejects.toThrow();
  });

  it('keeps the log of the run before', async () => {
    const first = createShellPart('echo first; touch ready; sleep 60');
    await first.part.start();
    await first.part.stop();
    writeFileSync(join(scratch.path, 'ready'), '');
    const second = createShellPart('echo second; sleep 60');
    await second.part.start();
    await eventually(() => second.log() === 'second\n');
    expect(readFileSync(join(scratch.path, 'logs', 'part.log.previous'), 'utf8')).toBe('first\n');
  });
});
