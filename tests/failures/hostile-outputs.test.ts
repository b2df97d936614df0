import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { allRules } from '../../domain/failures/all-rules.ts';
import { failureClasses } from '../../domain/failures/failure-class.ts';
import { readPlace } from '../../domain/failures/places.ts';
import { stages } from '../../domain/failures/step-output.ts';
import { processorMsOf } from '../support/processor-time.ts';
import { classify } from './classify.ts';

const tenMegabytes = 10_000_000;
/** The figure that counts is of one free core (`npm run bench:failures`). */
const limitMs = 1_500;
const lineLengthMax = 2_000;

const fill = (part: string) => part.repeat(Math.ceil(tenMegabytes / part.length)).slice(0, tenMegabytes);
const cues = [...new Set(allRules.flatMap((rule) => rule.cues))];

describe('10 MB of output', () => {
  it.each([
    ['one endless line', 'a'.repeat(tenMegabytes)],
    ['many short lines', fill('x\n')],
    ['blanks', ' '.repeat(tenMegabytes)],
    ['lines that nearly match', fill(`${'a'.repeat(290)}(1,2): error TS\n`)],
    ['test marks', fill(`✖ ${'a (1ms'.repeat(20)}\n`)],
    ['colours', fill('\u001b[')],
    ['progress', fill('10%\r')],
    ['every word that is looked for', fill(`${cues.join(' ').slice(0, lineLengthMax)}\n`)],
    ['failing tests', `1 failing\n${fill('  1) x\nFAILED a.py::b - c\n--- FAIL: T\n')}`],
    ['sections', fill('____ test_x ____\nE   File "a.py", line 3\n')],
    ['waits that were given up', fill('gave up waiting\n')],
    ['headings of lists', fill('Failed tests:\n    FAILED: is true\n  - asserts[0] `equal` fail\n1. Error: adds\n')],
    ['nearly places', fill(`${'a.b/c.d:'.repeat(40)} error\n`)],
  ])('is classified in time that grows with its length alone: %s', (_what, output) => {
    expect(processorMsOf(() => classify('test', output), 2)).toBeLessThan(limitMs);
  });

  it('says what it said at its start and in its middle', () => {
    const error = "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.\n";
    const noise = fill('compiling another file\n').slice(0, tenMegabytes / 2);
    for (const output of [error + noise + noise, `${noise}\n${error}${noise}`]) {
      expect(classify('compile', output)).toMatchObject({
        failureClass: 'compile_error',
        context: { file: 'src/a.ts', line: 3 },
      });
    }
  });
});

// Every pattern on lines that were made to make it go back: what repeats, cut off before what must follow.
const attacks = [
  ...[
    'a',
    ' ',
    '/',
    '.',
    ':',
    'a:1:',
    'a(1,',
    '1:1 ',
    'error ',
    '-',
    '"',
    "'a",
    '`a',
    '(a',
    '[a',
    '<a b="',
    'a.b',
    'File "',
    'at a ',
    '::',
    'not ok ',
    ', ',
  ],
  ...[
    'a/b.c:1',
    'x.y(1,2)',
    'error[E1]',
    'Cannot find module ',
    'FAILED a::',
    '## ',
    '=== ',
    'a b',
    '@a/',
    '\\',
    '|',
    '─',
  ],
].map((part) => part.repeat(Math.ceil(lineLengthMax / part.length)).slice(0, lineLengthMax));

describe('every pattern', () => {
  it('is linear enough: no line of 2,000 characters takes it 10 ms', () => {
    const slow = allRules.flatMap(({ name, pattern, cues: [cue = ''] }) =>
      attacks.flatMap((attack) => {
        const lines = [attack, `${cue}${attack}`, `${attack.slice(0, 900)}${cue}${attack.slice(0, 900)}`];
        return lines.filter((line) => processorMsOf(() => pattern.exec(line), 2) > 10).map(() => name);
      }),
    );
    expect([...new Set(slow)]).toEqual([]);
  });

  it('of a place is, too', () => {
    for (const attack of attacks) expect(processorMsOf(() => readPlace(`${attack}1`), 2)).toBeLessThan(25);
  });

  it('keeps nothing between two lines', () => {
    for (const { name, pattern } of allRules) expect(`${name} ${pattern.flags}`).not.toMatch(/[gy]$/);
  });
});

describe('the label of a failure', () => {
  it('is one of the nine, with a bounded context, for any output', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...cues),
      fc.constantFrom(...cues).chain((cue) => fc.string().map((rest) => `${cue}${rest}`)),
      fc.constantFrom(
        'a.ts(1,2): error TS1: x',
        '\u001b[31m',
        '  1) x',
        'not ok 1 - ',
        'error[E1]: ',
        '{"a":',
        '[{"file":"a.b","line":1}]',
      ),
    );
    const output = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(fc.constantFrom(...stages), output, fc.option(fc.integer()), (stage, text, exitCode) => {
        const { failureClass, context, confidence, fingerprint } = classify(stage, text, { exitCode });
        expect(failureClasses).toContain(failureClass);
        expect(context.message.length).toBeLessThanOrEqual(500);
        expect(context.excerpt.length).toBeLessThan(2_000);
        expect(context.testNames.length).toBeLessThanOrEqual(50);
        expect(confidence >= 0 && confidence <= 1).toBe(true);
        expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
      }),
      { numRuns: 500 },
    );
  });

  it('comes without secrets in its excerpt', () => {
    const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2'].join('_');
    const output = `fatal: unable to access 'https://bot:${token}@git.example/x.git': The requested URL returned error: 403`;
    expect(JSON.stringify(classify('push', output).context)).not.toContain(token);
  });
});
