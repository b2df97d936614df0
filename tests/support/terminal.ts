import { spawn } from 'node:child_process';

import { findProgram } from '../../tools/find-program.mjs';

/** A pseudo terminal with one command in its foreground. */
export interface Terminal {
  /** Everything that the command has shown so far. */
  output: () => string;
  /** Presses Ctrl-C: the terminal itself sends SIGINT to everything in its foreground. */
  pressControlC(): void;
  /** Closes the window: the system sends SIGHUP. */
  close(): void;
  /** Settles when the command has ended, or the window was closed. */
  ended: Promise<void>;
}

/** Runs a command line on a terminal of its own, made by util-linux' `script`. */
export function openTerminal(
  commandLine: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Terminal {
  const script = findProgram('script', env['PATH']);
  if (script === undefined) throw new Error('`script` of util-linux is missing, so there is no terminal to test with.');
  const child = spawn(script, ['--quiet', '--return', '--flush', '--command', commandLine, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A window that was closed takes no more keys.
  child.stdin.on('error', () => undefined);
  return {
    output: () => output,
    pressControlC: () => void child.stdin.write('\x03'),
    close: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve) => child.once('exit', () => resolve())),
  };
}
