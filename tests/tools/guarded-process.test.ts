import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runGuarded, startGuarded } from '../../tools/guarded-process.mjs';
import { readCommandLine, readProcessStartTime } from '../../tools/process-identity.mjs';
import { createScratchFolder, eventually, startModule, toolUrl } from './scratch.ts';

const env = { PATH: '/usr/bin:/bin' };
let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

function isGone(pid: number): boolean {
  return readProcessStartTime(pid) === undefined;
}

describe('a guarded process', () => {
  it('passes on exit code, both streams and the given input', async () => {
    const result = await runGuarded({
      command: 'sh',
      args: ['-c', 'cat; echo no >&2; exit 3'],
      env,
      stdin: { text: 'in' },
    });
    expect(result).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: 'in',
      stderr: 'no\n',
      truncated: false,
      timedOut: false,
    });
  });

  it('passes on the signal that ended the command', async () => {
    expect(await runGuarded({ command: 'sh', args: ['-c', 'kill -TERM $$'], env })).toMatchObject({
      exitCode: null,
      signal: 'SIGTERM',
    });
  });

  it('inherits nothing of the environment', async () => {
    const { stdout } = await runGuarded({ command: 'env', env: { ...env, GIVEN: 'yes' } });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? '')).sort()).toEqual([
      'GIVEN',
      'PATH',
    ]);
  });

  it('keeps the first and the last bytes of long output and says how many are missing', async () => {
    const result = await runGuarded({
      command: 'sh',
      args: ['-c', 'printf AAAA; printf "%0100d" 0; printf ZZZZ'],
      env,
      captureBytesMax: 8,
    });
    expect(result).toMatchObject({ stdout: 'AAAA\n[100 bytes left out]\nZZZZ', truncated: true });
  });

  it('ends a command and its grandchild that both ignore the first signal when the time is up', async () => {
    const script = 'trap "" TERM; (trap "" TERM; echo $$; exec sleep 600) & sleep 600';
    const running = startGuarded({ command: 'sh', args: ['-c', script], env, timeoutMs: 300, graceMs: 200 });
    expect(await running.finished).toMatchObject({ signal: 'SIGKILL', timedOut: true });
    await eventually(() => isGroupEmpty(running.pid));
  });

  it('ends what a finished command left running', async () => {
    const running = startGuarded({ command: 'sh', args: ['-c', 'sleep 600 & echo $!'], env });
    const { exitCode, stdout } = await running.finished;
    expect(exitCode).toBe(0);
    await eventually(() => isGone(Number(stdout)));
  });

  it('stops on an abort signal and says so', async () => {
    const abort = new AbortController();
    const running = startGuarded({ command: 'sleep', args: ['600'], env, signal: abort.signal });
    abort.abort();
    expect(await running.finished).toMatchObject({ aborted: true, signal: 'SIGTERM' });
  });

  it('refuses a program that is not there with a sentence', () => {
    expect(() => startGuarded({ command: 'no-such-program', env })).toThrow(
      /no-such-program is not on the PATH, so .*: install it/,
    );
  });

  it('leaves nothing behind when its parent is killed with -9, not even a grandchild that ignores TERM', async () => {
    const source = `
      import { startGuarded } from ${JSON.stringify(toolUrl('guarded-process.mjs'))};
      const script = 'trap "" TERM; (trap "" TERM; exec sleep 600) & echo $!; sleep 600';
      const running = startGuarded({
        command: 'sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, graceMs: 300,
        onOutput: (text) => process.stdout.write(running.pid + ' ' + text),
      });`;
    const { child, output } = startModule(scratch.path, source);
    await eventually(() => output().includes('\n'));
    const [leader = 0, grandchild = 0] = output().trim().split(' ').map(Number);
    // It is told before it has become what it is going to be.
    await eventually(() => readCommandLine(grandchild)?.includes('sleep 600') === true);
    child.kill('SIGKILL');
    await eventually(() => isGone(leader) && isGone(grandchild) && isGroupEmpty(leader));
  });
});

/** Signal 0 reaches a group as long as one process, the guard's watcher included, is in it. */
function isGroupEmpty(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true;
    throw error;
  }
}
