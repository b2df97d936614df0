import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(import.meta.dirname, 'histories');
/** A later recording never takes the place of an earlier one: a run that began with older code has to go on as well. */
const histories = [
  'aborted-told-beside.json',
  'completed-told-beside.json',
  'completed.json',
  'escalated-then-retried.json',
  'paused-then-cancelled.json',
  'repaired-told-beside.json',
  'repaired.json',
];
const sizeMaxBytes = 300_000;

let copy: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  copy = await mkdtemp(join(tmpdir(), 'ratchet-test-replay-'));
  for (const part of ['workflows', 'domain', 'package.json'])
    await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rm(copy, { recursive: true, force: true }));

async function readHistories() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({
      // The id matters: what a workflow makes of it is part of its replay.
      workflowId: `work-order/${name}`,
      history: JSON.parse(await readFile(join(folder, name), 'utf8')) as unknown,
    })),
  );
}

/** Replays every history with the workflows of a folder. @returns the error of each, or null */
async function replayWith(project: string): Promise<Map<string, Error | null>> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(project, 'workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const errors = new Map<string, Error | null>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, await readHistories())) {
    errors.set(workflowId.replace('work-order/', ''), error ?? null);
  }
  return errors;
}

describe('the histories of real runs', () => {
  it('are replayed by the present workflows without a difference', async () => {
    expect(await replayWith(root)).toEqual(new Map(histories.map((name) => [name, null])));
  });

  it('tell when a workflow does the same in another order', async () => {
    const path = join(copy, 'workflows/attempt.ts');
    const text = await readFile(path, 'utf8');
    const broken = text.replace('planning.planAttempt.', 'planning.editAttempt.');
    expect(broken).not.toBe(text);
    await writeFile(path, broken);
    const errors = await replayWith(copy);
    expect([...errors.keys()]).toEqual(histories);
    for (const [name, error] of errors) expect(error?.name, name).toBe('DeterminismViolationError');
  });

  it('are small', async () => {
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).size, name).toBeLessThan(sizeMaxBytes);
    }
  });
});
