import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startBundledOrderProvider, type BundledOrderProvider } from '../support/bundled-order.ts';
import { createClone, type Clone } from '../support/clone.ts';
import { providerEnvironment } from '../support/editing-provider.ts';
import { lightenExample } from '../support/light-example.ts';
import { openTerminal } from '../support/terminal.ts';
import { provideEditor, type TestEditor } from '../support/test-editor.ts';
import { patienceMs, waitFor } from '../support/wait-for.ts';

let provider: BundledOrderProvider;
let clone: Clone;

beforeAll(async () => {
  provider = await startBundledOrderProvider();
  clone = await createClone({ additions: providerEnvironment(provider) });
  await lightenExample(join(clone.folder, 'examples/text-kit'));
  await editWith('aider');
});
afterAll(async () => {
  await clone.remove();
  await provider.close();
});

/** Starts, and waits until the editor has asked its model, which does not answer: now everything runs that can run. */
async function startUntilEdit<Started>(start: () => Started): Promise<Started> {
  const before = provider.countOf('edit');
  const started = start();
  await waitFor('question of the editor', async () => provider.countOf('edit') > before);
  expect(
    clone.processes().filter((line) => line.includes(clone.environment['AIDER_PATH'] ?? 'aider')),
  ).not.toHaveLength(0);
  return started;
}

function startOnTerminal() {
  return openTerminal('npm start', { cwd: clone.folder, env: clone.environment });
}

/** Who edits from the next start on. */
async function editWith(editor: TestEditor): Promise<void> {
  clone.environment['AIDER_PATH'] = await provideEditor(editor, clone.folder);
}

// One clone and one order through all of them, in this order: each start goes on where the last one was stopped.
describe('npm start, stopped in the middle of an edit', { timeout: 2 * patienceMs }, () => {
  it('leaves no process after Ctrl-C, children of Aider included', async () => {
    const terminal = await startUntilEdit(startOnTerminal);
    terminal.pressControlC();
    await terminal.ended;
    await clone.waitUntilEmpty();
  });

  it('leaves no process when its terminal is closed', async () => {
    await editWith('quick');
    const terminal = await startUntilEdit(startOnTerminal);
    terminal.close();
    await clone.waitUntilEmpty();
  });

  it('leaves no process after SIGTERM', async () => {
    const { process: npm } = await startUntilEdit(() => clone.start());
    process.kill(npm.pid, 'SIGTERM');
    await npm.finished;
    await clone.waitUntilEmpty();
  });

  it('goes on with the same order and does not pay for its plan again', async () => {
    provider.answerEdits();
    const { process: npm, output } = clone.start('--once');
    expect(await npm.finished).toMatchObject({ exitCode: 0 });
    expect(output()).toContain('completed  #1 Add a truncate function');
    expect(provider.countOf('plan')).toBe(1);
    expect(clone.processes()).toEqual([]);
  });
});
