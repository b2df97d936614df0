import { readFile } from 'node:fs/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readProcessStartTime } from '../../tools/process-identity.mjs';
import { createProcessLauncher, type ProcessLauncher } from '../../tools/process-launcher.mjs';
import { createScratchFolder, eventually, startModule, toolUrl } from './scratch.ts';

const env = { PATH: '/usr/bin:/bin' };
let launcher: ProcessLauncher;
let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  launcher = createProcessLauncher();
  scratch = createScratchFolder();
});
afterEach(() => {
  launcher.close();
  scratch.remove();
});

const sh = (script: string) => ({ command: 'sh', args: ['-c', script], env });
const isGone = (pid: number) => readProcessStartTime(pid) === undefined;

describe('a command that the launcher runs', () => {
  it('has its input, its folder and nothing but its environment, and gives exit code and both streams', async () => {
    const script = 'cat; pwd; env | grep -c GIVEN; echo no >&2; exit 3';
    const given = { env: { ...env, GIVEN: 'yes' }, cwd: scratch.path, stdin: { text: 'in\n' } };
    expect(await launcher.run({ ...sh(script), ...given })).toMatchObject({
      exitCode: 3,
      stdout: `in\n${scratch.path}\n1\n`,
      stderr: 'no\n',
      timedOut: false,
    });
  });

  it('does not wait for another one, and gets its own answer', async () => {
    const slow = launcher.run(sh('sleep 1; echo slow'));
    const quick = await Promise.all(['1', '2', '3'].map((name) => launcher.run(sh(`echo ${name}`))));
    expect(quick.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
    expect((await slow).stdout).toBe('slow\n');
  });

  it('is ended at its time limit and when the caller gives up, before or after its start', async () => {
    expect(await launcher.run({ ...sh('sleep 600'), timeoutMs: 200 })).toMatchObject({ timedOut: true });
    const later = AbortSignal.timeout(200);
    expect(await launcher.run({ ...sh('sleep 600'), signal: later })).toMatchObject({ aborted: true });
    const before = AbortSignal.abort();
    expect(await launcher.run({ ...sh('sleep 600'), signal: before })).toMatchObject({ aborted: true });
  });

  it('that is not there is refused with a sentence', async () => {
    await expect(launcher.run({ command: 'no-such-program', env })).rejects.toThrow(
      /no-such-program is not on the PATH, so .*: install it/,
    );
  });

  it('fails with a sentence when the launcher is killed under it, and the next one runs', async () => {
    const { stdout } = await launcher.run(sh('ps -o ppid= -p $$'));
    const running = launcher.run(sh('sleep 600'));
    process.kill(Number(stdout), 'SIGKILL');
    await expect(running).rejects.toThrow('ended from outside: try again');
    expect((await launcher.run(sh('echo again'))).stdout).toBe('again\n');
  });

  it('ends with its launcher when the process that asked is killed with -9', async () => {
    const source = `
      import { createProcessLauncher } from ${JSON.stringify(toolUrl('process-launcher.mjs'))};
      const launcher = createProcessLauncher();
      const env = { PATH: '/usr/bin:/bin' };
      const named = await launcher.run({ command: 'sh', args: ['-c', 'ps -o ppid= -p $$'], env });
      launcher.run({ command: 'sh', args: ['-c', 'echo $$ > ${scratch.path}/pid; exec sleep 600'], env });
      console.log(named.stdout.trim());`;
    const { child, output } = startModule(scratch.path, source);
    const launcherPid = await eventually(() => Number(output().trim()) || false);
    const pid = await eventually(
      async () => Number(await readFile(`${scratch.path}/pid`, 'utf8').catch(() => '')) || false,
    );
    expect(isGone(pid)).toBe(false);
    child.kill('SIGKILL');
    await eventually(() => isGone(pid) && isGone(launcherPid));
  });

  it('keeps nobody from ending when nothing runs', async () => {
    const source = `
      import { createProcessLauncher } from ${JSON.stringify(toolUrl('process-launcher.mjs'))};
      await createProcessLauncher().run({ command: 'true', env: { PATH: '/usr/bin:/bin' } });
      console.log('done');`;
    const { child, output } = startModule(scratch.path, source);
    await eventually(() => child.exitCode !== null);
    expect(output()).toBe('done\n');
  });
});
