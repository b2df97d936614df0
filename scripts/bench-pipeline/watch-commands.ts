import { readdir, readFile, readlink } from 'node:fs/promises';

/** Each look may miss as much of what began or ended as lies between two. */
const lookEveryMs = 5;
/** A process takes on its command line soon after its start, and then keeps it. */
const looksAtOthers = 40;

/**
 * Looks again and again whether one of some commands runs in this state folder. The records tell when a step ran, not
 * how long its editor did, nor the commands of criteria. It looks at new processes alone: reading of all of them each
 * time would slow down what is measured.
 *
 * @param marks texts that stand on the command line of what is looked for, and of nothing else
 */
export async function watchCommands(
  stateDirectory: string,
  marks: readonly string[],
): Promise<{ stop(): Promise<number> }> {
  const stopping = new AbortController();
  const others = new Set(await listProcesses());
  const looks = new Map<string, number>();
  let ranMs = 0;
  const look = async (): Promise<boolean> => {
    const fresh = (await listProcesses()).filter((pid) => !others.has(pid));
    const found = await Promise.all(fresh.map((pid) => isOneOf(pid, { stateDirectory, marks })));
    for (const pid of fresh.filter((_pid, index) => found[index] === false)) {
      looks.set(pid, (looks.get(pid) ?? 0) + 1);
      if ((looks.get(pid) ?? 0) >= looksAtOthers) others.add(pid);
    }
    return found.includes(true);
  };
  const watching = (async () => {
    let lookedAtMs = performance.now();
    while (!stopping.signal.aborted) {
      const isRunning = await look();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      const nowMs = performance.now();
      if (isRunning) ranMs += nowMs - lookedAtMs;
      lookedAtMs = nowMs;
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return ranMs;
    },
  };
}

async function listProcesses(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

async function isOneOf(
  pid: string,
  { stateDirectory, marks }: { stateDirectory: string; marks: readonly string[] },
): Promise<boolean> {
  // Empty for one that has ended and lies there still.
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!marks.some((mark) => line.includes(mark))) return false;
  // Without a sandbox the folder is told by where the command stands, and not by its arguments.
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return line.includes(stateDirectory) || cwd.startsWith(stateDirectory);
}
