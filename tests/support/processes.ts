import { readFile, readlink } from 'node:fs/promises';

import { runGuarded } from '../../tools/guarded-process.mjs';

/** A process of this machine. */
export interface RunningProcess {
  pid: number;
  commandLine: string;
}

/** Processes that were started with a path inside the folder, or that stand in it: those in sandboxes included. */
export async function processesIn(folder: string): Promise<RunningProcess[]> {
  const { stdout } = await runGuarded({
    command: 'ps',
    args: ['-Awwo', 'pid=,args='],
    env: { PATH: '/usr/bin:/bin' },
    captureBytesMax: 16 * 1024 * 1024,
  });
  const all = Array.from(stdout.matchAll(/^\s*(\d+) (.*)$/gm), ([, pid, commandLine = '']) => ({
    pid: Number(pid),
    commandLine,
  }));
  const found: RunningProcess[] = [];
  for (const candidate of all) {
    // Not there on a system without /proc, and for a process that has just ended.
    const cwd = await readlink(`/proc/${candidate.pid}/cwd`).catch(() => '');
    if (candidate.commandLine.includes(folder) || cwd.startsWith(folder)) found.push(candidate);
  }
  return found;
}

/** The environment that a process was started with, one variable a line; empty when it has ended. */
export async function environmentOf({ pid }: RunningProcess): Promise<string> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return text.replaceAll('\0', '\n');
}
