import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest wait for something that happens by itself; reached only when a test is about to fail. */
const PATIENCE_MS = 15_000;

/** A folder of its own for one test, removed when the test gives it back. */
export function createScratchFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'ratchet-tools-'));
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until the answer is not undefined or false. */
export async function eventually<Answer>(
  question: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadlineMs)
      throw new Error(`It did not happen within ${String(patienceMs)} ms: ${question.toString()}`);
    await sleep(20);
  }
}

/** Runs a module in a process of its own, which the test may kill. Its standard output is the channel back. */
export function startModule(folder: string, source: string): { child: ChildProcess; output: () => string } {
  const file = join(folder, `module-${String(Math.random()).slice(2)}.mjs`);
  writeFileSync(file, source);
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return { child, output: () => output };
}

/** The address under which a module of tools/ can be imported from anywhere. */
export function toolUrl(name: string): string {
  return new URL(`../../tools/${name}`, import.meta.url).href;
}
