import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  compareWithBaseline,
  countNewErrors,
  type GateMeasurement,
} from '../../../domain/gates/compare-with-baseline.ts';
import type { Diagnostic } from '../../../domain/gates/diagnostics.ts';
import { hashText } from '../../../domain/failures/steady-text.ts';
import { fingerprintOutput } from '../../../domain/gates/fingerprint-output.ts';
import { gateKinds } from '../../../domain/gates/gate.ts';
import { measureGate } from '../../../domain/gates/measure-gate.ts';
import type { TestResult } from '../../../domain/gates/test-reports/test-result.ts';
import { recorded, sampleRoot } from './recorded-file.ts';

function measured(fields: Partial<GateMeasurement> = {}): GateMeasurement {
  return {
    kind: 'test',
    command: 'npm run test',
    exitCode: 1,
    timedOut: false,
    diagnostics: [],
    tests: null,
    outputFingerprint: 'a',
    ...fields,
  };
}

const testOf = (name: string, status: TestResult['status'] = 'failed'): TestResult => ({
  name,
  status,
  file: null,
  line: null,
  message: null,
});

const diagnosticOf = (fields: Partial<Diagnostic> = {}): Diagnostic => ({
  file: 'a.ts',
  line: 1,
  column: 1,
  code: 'TS1',
  message: 'wrong',
  severity: 'error',
  ...fields,
});

const diagnostics = fc.array(
  fc.record({
    file: fc.constantFrom('a.ts', 'b.ts', null),
    line: fc.option(fc.nat(99)),
    column: fc.option(fc.nat(99)),
    code: fc.constantFrom('TS1', 'TS2', null),
    message: fc.constantFrom('wrong', 'bad', "no 'x'"),
    severity: fc.constantFrom('error' as const, 'warning' as const),
  }),
  { maxLength: 8 },
);

const tests = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'))
  .chain((names) =>
    fc.tuple(
      ...names.map((name) => fc.constantFrom('passed', 'failed', 'skipped').map((status) => testOf(name, status))),
    ),
  );

const measurements = fc.record({
  kind: fc.constantFrom(...gateKinds),
  command: fc.constant('x'),
  exitCode: fc.constantFrom(0, 1, 2, 137, null),
  timedOut: fc.boolean(),
  diagnostics,
  tests: fc.option(tests),
  outputFingerprint: fc.constantFrom('a', 'b'),
});

const isClean = ({ exitCode, tests: all }: GateMeasurement) =>
  exitCode === 0 && (all ?? []).every(({ status }) => status !== 'failed');

describe('any gate compared with its baseline', () => {
  it('passed exactly when nothing failed, or nothing is known to compare an exit code of 0 with', () => {
    fc.assert(
      fc.property(measurements, fc.option(measurements), (after, before) => {
        const { outcome } = compareWithBaseline(after, before);
        const hasPassed = !after.timedOut && (isClean(after) || (before === null && after.exitCode === 0));
        expect(outcome === 'passed').toBe(hasPassed);
      }),
    );
  });

  it('is known when it fails exactly as before, and failed when it ran out of time', () => {
    fc.assert(
      fc.property(measurements, (one) => {
        const { outcome, isFaultOfBase } = compareWithBaseline(one, one);
        const isKnown = !one.timedOut && !isClean(one);
        // Killed, or never started, without a word that could be compared.
        const isMute = one.kind !== 'install' && (one.exitCode ?? 137) >= 126 && one.diagnostics.length === 0;
        const isNothing = isKnown && isMute && one.tests === null;
        expect(outcome).toBe(one.timedOut || isNothing ? 'failed' : isClean(one) ? 'passed' : 'known_failures');
        expect(isFaultOfBase).toBe(isNothing);
      }),
    );
  });

  it('has failed when a test fails that did not before, or when it passed before', () => {
    fc.assert(
      fc.property(measurements, measurements, (after, before) => {
        const failsNew = { ...after, tests: [...(after.tests ?? []), testOf('new one')] };
        expect(compareWithBaseline(failsNew, before).outcome).toBe('failed');
        const good = { ...before, exitCode: 0, timedOut: false, tests: null };
        expect(compareWithBaseline({ ...after, exitCode: 1 }, good).outcome).toBe('failed');
      }),
    );
  });

  it('has no new diagnostics when lines move and their order changes, and exactly the added ones else', () => {
    fc.assert(
      fc.property(diagnostics, diagnostics, fc.nat(500), (list, added, by) => {
        const moved = list.map((one) => ({ ...one, line: (one.line ?? 0) + by })).toReversed();
        const before = measured({ kind: 'compile', diagnostics: list });
        const same = compareWithBaseline(measured({ kind: 'compile', diagnostics: moved }), before);
        expect(same.newDiagnostics).toEqual([]);
        const more = compareWithBaseline(measured({ kind: 'compile', diagnostics: [...moved, ...added] }), before);
        expect(more.newDiagnostics).toHaveLength(added.length);
        if (added.some(({ severity }) => severity === 'error')) expect(more.outcome).toBe('failed');
      }),
    );
  });

  it('counts no new error unless it failed, and then at least one', () => {
    fc.assert(
      fc.property(measurements, fc.option(measurements), (after, before) => {
        const verdict = compareWithBaseline(after, before);
        const errors = verdict.newDiagnostics.filter(({ severity }) => severity === 'error').length;
        const tests = verdict.newFailingTests.length;
        const counted = tests > 0 ? tests : Math.max(1, errors);
        expect(countNewErrors(verdict)).toBe(verdict.outcome === 'failed' ? counted : 0);
      }),
    );
  });
});

describe('a gate that failed before as well', () => {
  it('is known with moved errors in other quotes, and says how many and what was fixed', () => {
    const before = measured({
      kind: 'compile',
      diagnostics: [diagnosticOf({ message: 'no `x` at (3,4)' }), diagnosticOf({ code: 'TS9' })],
      outputFingerprint: 'a',
    });
    const after = measured({
      kind: 'compile',
      diagnostics: [diagnosticOf({ message: "no 'x' at (9,1)", line: 80 })],
      outputFingerprint: 'b',
    });
    expect(compareWithBaseline(after, before)).toMatchObject({ outcome: 'known_failures', knownFailures: 1, fixed: 1 });
  });

  it('has failed when the same error is there once more', () => {
    const before = measured({ kind: 'compile', diagnostics: [diagnosticOf()] });
    const after = measured({ kind: 'compile', diagnostics: [diagnosticOf(), diagnosticOf({ line: 9 })] });
    expect(compareWithBaseline(after, before).outcome).toBe('failed');
  });

  it('has failed when a test that passed did not run, also when no report was written at all', () => {
    const before = measured({ tests: [testOf('a'), testOf('b', 'passed')] });
    const shorter = measured({ tests: [testOf('a')], outputFingerprint: 'b' });
    expect(compareWithBaseline(shorter, before)).toMatchObject({ outcome: 'failed', vanishedTests: ['b'] });
    expect(compareWithBaseline(measured({ tests: null }), before).outcome).toBe('failed');
  });

  it('is judged by its output where it names nothing', () => {
    expect(compareWithBaseline(measured(), measured({ exitCode: 2 })).outcome).toBe('known_failures');
    expect(compareWithBaseline(measured({ outputFingerprint: 'b' }), measured()).outcome).toBe('failed');
  });

  it('has failed when it was killed, although all its errors are known', () => {
    const before = measured({ kind: 'lint', diagnostics: [diagnosticOf()] });
    expect(compareWithBaseline({ ...before, exitCode: 137 }, before).outcome).toBe('failed');
  });

  it('is not failed by a new warning beside known errors, but by one where warnings are all there is', () => {
    const warning = diagnosticOf({ severity: 'warning', code: 'W' });
    const lint = (...list: Diagnostic[]) => measured({ kind: 'lint', diagnostics: list });
    expect(compareWithBaseline(lint(diagnosticOf(), warning), lint(diagnosticOf())).outcome).toBe('known_failures');
    expect(compareWithBaseline(lint(warning, warning), lint(warning)).outcome).toBe('failed');
  });
});

describe('a gate that passed', () => {
  it('still lists the tests that did not run', () => {
    const before = measured({ exitCode: 0, tests: [testOf('a', 'passed'), testOf('b', 'passed')] });
    const after = measured({ exitCode: 0, tests: [testOf('a', 'passed')] });
    expect(compareWithBaseline(after, before)).toMatchObject({ outcome: 'passed', vanishedTests: ['b'] });
  });

  it('but whose report holds a new failing test has failed', () => {
    const before = measured({ exitCode: 0, tests: [testOf('a', 'passed')] });
    const after = measured({ exitCode: 0, tests: [testOf('a')] });
    expect(compareWithBaseline(after, before).outcome).toBe('failed');
  });
});

describe('installing', () => {
  it('is excused only by failing in the same way', () => {
    const before = measured({ kind: 'install', diagnostics: [diagnosticOf()] });
    expect(compareWithBaseline(before, before).outcome).toBe('known_failures');
    expect(compareWithBaseline({ ...before, outputFingerprint: 'b' }, before).outcome).toBe('failed');
  });
});

describe('the measurement of a run', () => {
  const facts = { command: 'x', exitCode: 1, timedOut: false, reportText: null };

  it('is the same in another folder', () => {
    const output = `${sampleRoot}/a.js\n  1:7  error  no  x\n`;
    const run = { ...facts, kind: 'lint' as const, reportFormat: null };
    const moved = output.replaceAll(sampleRoot, '/somewhere/else');
    expect(measureGate({ ...run, output: moved, root: '/somewhere/else' })).toEqual(
      measureGate({ ...run, output, root: sampleRoot }),
    );
  });

  it('reads printed reports from the output, and others from their file alone', () => {
    const run = { ...facts, kind: 'test' as const, root: sampleRoot };
    const go = measureGate({ ...run, output: recorded('go-test-json.txt'), reportFormat: 'go-json' });
    expect(go.tests).toHaveLength(6);
    expect(go.diagnostics).toMatchObject([{ file: 'broken/b.go', line: 3 }]);
    expect(measureGate({ ...run, output: recorded('node-24-junit.xml'), reportFormat: 'junit' }).tests).toBeNull();
  });
});

describe('the fingerprint of an output', () => {
  it('is FNV-1a with 64 bits', () => {
    expect(hashText('')).toBe('cbf29ce484222325');
    expect(hashText('a')).toBe('af63dc4c8601ec8c');
    expect(hashText('foobar')).toBe('85944171f73967e8');
  });

  it.each([
    ['ran in 1.2s at 10:04:11', 'ran in 13 ms at 9:00:00'],
    ['\u001b[31mbad\u001b[0m', 'bad'],
    ['/tmp/pytest-1/a.txt gone', '/tmp/pytest-22/b.txt gone'],
    ['<object at 0x7f90>', '<object at 0x1234>'],
    ['src/a.ts:3:4 bad', 'src/a.ts:30:1 bad'],
    ["thread 'a' (12) panicked", "thread 'a' (3456) panicked"],
    ['a\nb\n', 'b\n\na\na'],
  ])('is the same for %j and %j', (one, other) => {
    expect(fingerprintOutput(one)).toBe(fingerprintOutput(other));
  });

  it.each([
    ['3 tests failed', '4 tests failed'],
    ['expected 1', 'expected 2'],
    ['a', 'a\nb'],
  ])('differs for %j and %j', (one, other) => {
    expect(fingerprintOutput(one)).not.toBe(fingerprintOutput(other));
  });
});
