import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTaskList } from '../../tools/task-list.mjs';

const escape = '\x1b';

/** What a task list writes to: a stream that says whether it is a terminal, and how wide. */
function createStream(terminal: { columns: number } | undefined) {
  const stream = Object.assign(new PassThrough(), { isTTY: terminal !== undefined, columns: terminal?.columns ?? 0 });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

describe('a task list without a terminal', () => {
  it('prints a line for each start and end, with the last detail and the time, and no control character', async () => {
    const { stream, text } = createStream(undefined);
    const tasks = createTaskList({ stream });
    const result = await tasks.run('packages', async ({ detail }) => {
      detail('first');
      detail('installed');
      return 7;
    });
    expect(result).toBe(7);
    expect(text()).toMatch(/^- packages \.\.\.\n✔ packages: installed \(\d\.\d s\)\n$/);
    expect(stripVTControlCharacters(text())).toBe(text());
  });

  it('says of a task that takes long that it is still working, and on what', async () => {
    const { stream, text } = createStream(undefined);
    const task = createTaskList({ stream, signOfLifeMs: 20 }).start('Temporal');
    task.detail('12 packages\ncompiled');
    await sleep(60);
    task.done();
    expect(text()).toMatch(/\n- Temporal: still working, \d\.\d s, 12 packages compiled\n/);
    const atTheEnd = text();
    await sleep(60);
    expect(text()).toBe(atTheEnd);
  });

  it('cuts a detail that would fill the screen', async () => {
    const { stream, text } = createStream(undefined);
    const task = createTaskList({ stream, signOfLifeMs: 20 }).start('Aider');
    task.detail(`Installing ${'package, '.repeat(200)}`);
    await sleep(60);
    task.done();
    const lines = text().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines[1]).toMatch(/Installing package, .*…$/);
  });

  it('marks a task that throws as failed and passes the error on', async () => {
    const { stream, text } = createStream(undefined);
    const failing = createTaskList({ stream }).run('Aider', () => Promise.reject(new Error('no network')));
    await expect(failing).rejects.toThrow('no network');
    expect(text()).toMatch(/✖ Aider: failed \(\d\.\d s\)\n$/);
  });
});

describe('a task list on a terminal', () => {
  it('redraws running tasks in place, in lines that never wrap, and leaves one line for each', () => {
    const { stream, text } = createStream({ columns: 40 });
    const tasks = createTaskList({ stream });
    const first = tasks.start('packages');
    const second = tasks.start('Temporal');
    first.detail('x'.repeat(200));
    second.detail('compiling');
    second.done('1.8.2');
    first.done('installed');
    const frames = text().split(new RegExp(`${escape}\\[\\d+A\\r${escape}\\[J`));
    const shown = frames.flatMap((frame) => stripVTControlCharacters(frame).split('\n'));
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(40);
    // Each redraw goes up over exactly the lines that the frame before it drew.
    const ups = Array.from(text().matchAll(new RegExp(`${escape}\\[(\\d+)A`, 'g')), ([, lines]) => Number(lines));
    expect(ups).toEqual([1, 2, 1]);
    expect(stripVTControlCharacters(frames.at(-1) ?? '')).toMatch(/^✔ packages: installed \(\d\.\d s\)\n$/);
  });

  it('prints a line that stays above the running tasks', () => {
    const { stream, text } = createStream({ columns: 80 });
    const tasks = createTaskList({ stream });
    tasks.start('API');
    tasks.print('Port 4747 is taken.');
    tasks.close();
    const last = stripVTControlCharacters(text().split(`${escape}[J`).at(-1) ?? '').split('\n');
    expect(last[0]).toBe('Port 4747 is taken.');
    expect(last[1]).toMatch(/API \(\d\.\d s\)/);
  });
});
