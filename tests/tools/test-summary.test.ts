import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printTestSummary } from '../../tools/test-summary.mjs';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

interface ReportedTest {
  fullName: string;
  status: string;
  meta?: { reason: string };
}

function summarise(
  files: { name: string; status: string; assertionResults: ReportedTest[] }[],
  failedChecks: string[] = [],
) {
  const reportFile = join(scratch.path, 'report.json');
  writeFileSync(reportFile, JSON.stringify({ testResults: files }));
  return print(reportFile, failedChecks);
}

function print(reportFile: string, failedChecks: string[] = []) {
  const stream = new PassThrough();
  const isGood = printTestSummary(reportFile, { failedChecks, stream });
  const text = (stream.read() as Buffer).toString();
  return {
    isGood,
    text,
    countLines: text.split('\n').filter((line) => /^\d+ passed, \d+ failed, \d+ skipped$/.test(line)),
  };
}

const passed = { fullName: 'it works', status: 'passed' };

describe('the end of a test run', () => {
  it('is one line of counts, and the report is gone', () => {
    const { isGood, countLines } = summarise([{ name: 'a', status: 'passed', assertionResults: [passed, passed] }]);
    expect(isGood).toBe(true);
    expect(countLines).toEqual(['2 passed, 0 failed, 0 skipped']);
    expect(existsSync(join(scratch.path, 'report.json'))).toBe(false);
  });

  it('fails with a failed test', () => {
    const failed = { fullName: 'it breaks', status: 'failed' };
    const { isGood, countLines } = summarise([{ name: 'a', status: 'failed', assertionResults: [passed, failed] }]);
    expect(isGood).toBe(false);
    expect(countLines).toEqual(['1 passed, 1 failed, 0 skipped']);
  });

  it('names a check that failed, and counts it as a failure', () => {
    const file = { name: 'a', status: 'passed', assertionResults: [passed] };
    const { isGood, text, countLines } = summarise([file], ['lint']);
    expect(isGood).toBe(false);
    expect(text).toContain('failed check: lint');
    expect(countLines).toEqual(['1 passed, 1 failed, 0 skipped']);
  });

  it('names a file that could not be loaded, and counts it as a failure', () => {
    const { isGood, text, countLines } = summarise([
      { name: 'a', status: 'passed', assertionResults: [passed] },
      { name: 'broken.test.ts', status: 'failed', assertionResults: [] },
    ]);
    expect(isGood).toBe(false);
    expect(text).toContain('broken: broken.test.ts');
    expect(countLines).toEqual(['1 passed, 1 failed, 0 skipped']);
  });

  it('accepts a skip that says why, and fails one that does not', () => {
    const named = { fullName: 'closes a window [skipped: needs macOS]', status: 'pending' };
    const explained = { fullName: 'opens one', status: 'skipped', meta: { reason: 'needs a display' } };
    const silent = { fullName: 'hides', status: 'todo' };
    const good = summarise([{ name: 'a', status: 'passed', assertionResults: [passed, named, explained] }]);
    expect(good.isGood).toBe(true);
    expect(good.text).toContain('skipped: opens one: needs a display');
    expect(good.text).toContain('needs macOS');
    const bad = summarise([{ name: 'a', status: 'passed', assertionResults: [passed, silent] }]);
    expect(bad.isGood).toBe(false);
    expect(bad.countLines).toEqual(['1 passed, 0 failed, 1 skipped']);
  });

  it('fails a run in which no test ran, and one that left no report', () => {
    expect(summarise([]).isGood).toBe(false);
    const { isGood, countLines } = print(join(scratch.path, 'nothing.json'));
    expect(isGood).toBe(false);
    expect(countLines).toEqual(['0 passed, 1 failed, 0 skipped']);
  });
});
