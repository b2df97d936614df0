import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { createApi } from '../../cli/api-client.ts';
import { describeEvent } from '../../cli/event-lines.ts';
import { runProgram } from '../../cli/program.ts';
import { createOutput, plain } from '../../cli/terminal.ts';
import { dollars, duration, table } from '../../cli/wording.ts';
import { formatUsdMicros } from '../../domain/budget/money.ts';
import { printDoctorRows } from '../../tools/doctor-table.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
});

const uncoloured = (_colour: string, text: string) => text;

function capture(stream: { isTTY?: boolean; columns?: number }, hasColour?: boolean, isDumb = false) {
  const written: string[] = [];
  const output = createOutput({ ...stream, write: (text) => written.push(text) }, { hasColour, isDumb });
  return { output, written };
}

describe('numbers', () => {
  it.each([
    [0, '$0.0000'],
    [1, '$0.000001'],
    [9_999, '$0.009999'],
    [1_234_567, '$1.234567'],
    [5_000_000, '$5.0000'],
  ])('%i micro-dollars read %s: a small sum is never shown as nothing', (costUsdMicros, text) => {
    expect(dollars(costUsdMicros)).toBe(text);
  });

  it('read the same here as on the server', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (amount) => {
        expect(dollars(amount)).toBe(formatUsdMicros(amount));
      }),
    );
  });

  it.each([
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [59_960, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [7_800_000, '2 h 10 min'],
  ])('%i ms read %s', (durationMs, text) => {
    expect(duration(durationMs)).toBe(text);
  });
});

describe('text of others', () => {
  it('cannot move the cursor, change colours or set the title of the terminal', () => {
    expect(plain('a\u001b[31mred\u001b[2J\u001b]0;title\u0007\rb\tc')).toBe('ared]0;titleb\tc');
  });

  it('stays in its line of a table', () => {
    expect(
      table([
        ['1', 'two\nlines'],
        ['22', '\u001b[1mx'],
      ]),
    ).toEqual(['1   two lines', '22  x']);
  });
});

describe('output', () => {
  it('has neither colours nor a live line where no terminal is', () => {
    const { output, written } = capture({});
    output.live('working');
    output.line(output.paint('red', 'done'));
    expect(written).toEqual(['done\n']);
  });

  it('has no colours with NO_COLOR, also on a terminal', () => {
    const { output } = capture({ isTTY: true }, false);
    expect(output.paint('red', 'x')).toBe('x');
  });

  it('sends a dumb terminal no escape sequence, and tells nobody that there is a live line', () => {
    const { output, written } = capture({ isTTY: true }, true, true);
    output.live('working');
    output.line(output.paint('red', 'done'));
    output.document('\u001b[31mof others');
    expect(written).toEqual(['done\n', 'of others\n']);
    expect(output.hasLiveLine).toBe(false);
  });

  it.each([
    ['dumb', 'ok'],
    ['xterm', '\u001b[32mok\u001b[39m'],
  ])('on a terminal of the kind %s is %j, and so is the table of the doctor', (kind, shown) => {
    vi.stubEnv('TERM', kind);
    vi.stubEnv('NO_COLOR', undefined);
    const written: string[] = [];
    const stream = { isTTY: true, write: (text: string) => written.push(text) };
    expect(createOutput(stream).paint('green', 'ok')).toBe(shown);
    const row = { part: 'Node', state: 'ok' as const, found: '', from: '', needed: '', fix: '' };
    printDoctorRows([row], stream as unknown as NodeJS.WriteStream);
    expect(written.join('').includes('\u001b')).toBe(kind !== 'dumb');
  });

  it('removes the live line before the next line', () => {
    const { output, written } = capture({ isTTY: true, columns: 10 }, true);
    output.live('a text that is too long');
    output.line('x');
    expect(written).toEqual(['\r\u001b[2Ka text th', '\r\u001b[2K', 'x\n']);
  });

  it('gives a diff to a pipe as it is, and to a terminal without what it would obey', () => {
    const diff = '+\u001b]0;title\u0007\u001b[2Jx\r\n\u009b31m';
    const [pipe, terminal] = [capture({}), capture({ isTTY: true }, true)];
    pipe.output.document(diff);
    terminal.output.document(diff);
    expect(pipe.written).toEqual([`${diff}\n`]);
    expect(terminal.written).toEqual(['+]0;titlex\n31m\n']);
  });

  it('has no control character in JSON, which escapes most of them by itself', () => {
    const { output, written } = capture({ isTTY: true }, true);
    output.json('\u001b[2J\u009b31m');
    expect(written).toEqual(['"\\u001b[2J\\u009b31m"\n']);
  });

  it('writes a JSON document as one line where no terminal is', () => {
    const { output, written } = capture({});
    output.json({ a: [1] });
    expect(written).toEqual(['{"a":[1]}\n']);
  });
});

describe('the line of an event', () => {
  const at = '2026-11-21T06:00:00.000Z';

  it('tells class and sentence of a failed step', () => {
    const failure = { failureClass: 'test_fail', context: { message: 'Two tests\nfailed.' } };
    const event = { sequence: 1, type: 'step_failed', at, payload: { step: 'verify', durationMs: 1_500, failure } };
    expect(describeEvent(event, uncoloured)).toMatch(/verify +1\.5 s {2}failed: test_fail: Two tests failed\.$/);
  });

  it('says what an order waits for and why, and when it goes on', () => {
    const waiting = { waitingFor: 'slot', reason: '2 other work orders are at work on this repository.' };
    expect(describeEvent({ sequence: 1, type: 'waiting', at, payload: waiting }, uncoloured)).toMatch(
      /It waits for a free place\. 2 other work orders are at work on this repository\.$/,
    );
    const resumed = { waitedFor: 'a_new_reason' };
    expect(describeEvent({ sequence: 2, type: 'resumed', at, payload: resumed }, uncoloured)).toMatch(
      /It goes on; it waited for a_new_reason\.$/,
    );
  });

  it('names a type that it has no words for, and survives a payload of another shape', () => {
    expect(describeEvent({ sequence: 1, type: 'new_thing', at, payload: {} }, uncoloured)).toContain('new_thing');
    expect(describeEvent({ sequence: 1, type: 'step_failed', at, payload: { failure: 7 } }, uncoloured)).toContain(
      'failed',
    );
  });
});

describe('an API that does not answer', () => {
  it.each([
    ['resolve', 'f2a9c103-0000-4000-8000-000000000000', 'abort'],
    ['resolve', '1', 'abort'],
    ['order', 'list'],
  ])('ends %s %s with one sentence and exit code 4', async (...args) => {
    const errors: string[] = [];
    const context = {
      root: '/nowhere',
      output: capture({}).output,
      exitCode: 0 as const,
      api: () => createApi('http://127.0.0.1:1'),
      temporalCommand: () => ({ program: 'temporal', address: '127.0.0.1:1' }),
      exampleRepository: () => '/nowhere',
    };
    expect(await runProgram(context, args, (text) => errors.push(text))).toBe(4);
    expect(errors).toEqual(['The API does not answer. Start it with `npm start` or `npx ratchet up`.\n']);
  });
});
