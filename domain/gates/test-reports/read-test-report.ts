import type { TestReportFormat } from '../gate.ts';
import { readCargoText } from './cargo-text.ts';
import { readGoJson } from './go-json.ts';
import { readJestJson } from './jest-json.ts';
import { readJunit } from './junit.ts';
import { readTap } from './tap.ts';
import { makeNamesUnique, testsMax, type TestResult } from './test-result.ts';
import { readUnittestText } from './unittest-text.ts';

/** Null where a text is no whole report of its kind. */
export type TestReportReader = (text: string, root: string) => TestResult[] | null;

const charactersMax = 10 * 1024 * 1024;

const readers: Record<TestReportFormat, TestReportReader> = {
  junit: readJunit,
  'jest-json': readJestJson,
  'go-json': readGoJson,
  tap: readTap,
  'cargo-text': readCargoText,
  'unittest-text': readUnittestText,
};

/**
 * The results of single tests.
 *
 * @param root absolute path of the repository's top folder during the run: paths below it lose it, so that two runs in
 *   different folders can be compared; empty where it is not known
 * @returns null when the text cannot be read: it is cut off or something else, over 10 MB, or over 20,000 tests
 */
export function readTestReport(format: TestReportFormat, text: string, root = ''): TestResult[] | null {
  if (text.length > charactersMax) return null;
  const results = readers[format](text, root);
  return results === null || results.length > testsMax ? null : makeNamesUnique(results);
}

/** The same of several reports together; null where one of them cannot be read. */
export function readTestReports(format: TestReportFormat, texts: readonly string[], root = ''): TestResult[] | null {
  const all: TestResult[] = [];
  for (const text of texts) {
    const results = readTestReport(format, text, root);
    if (results === null) return null;
    all.push(...results);
  }
  return all.length > testsMax ? null : makeNamesUnique(all);
}
