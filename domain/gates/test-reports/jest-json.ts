import { field, parseUnknown } from '../../text/unknown-json.ts';
import { joinName, relativeTo, shortenMessage, type TestResult } from './test-result.ts';

/** Reads the JSON of Jest and Vitest. A file that could not be loaded is one failed test of its name. */
export function readJestJson(text: string, root: string): TestResult[] | null {
  const files = listOf(field(parseUnknown(text), 'testResults'));
  return files === null ? null : files.flatMap((file) => readFile(file, root));
}

function readFile(value: unknown, root: string): TestResult[] {
  const file = relativeTo(root, textOf(value, 'name'));
  const tests = (listOf(field(value, 'assertionResults')) ?? []).map((test) => readTest(test, file));
  if (textOf(value, 'status') !== 'failed' || tests.some(({ status }) => status === 'failed')) return tests;
  const message = shortenMessage(textOf(value, 'message') || 'The file could not be loaded.');
  return [...tests, { name: file, status: 'failed', file, line: null, message }];
}

function readTest(value: unknown, file: string): TestResult {
  const parents = (listOf(field(value, 'ancestorTitles')) ?? []).filter((title) => typeof title === 'string');
  const status = statusOf(textOf(value, 'status'));
  const messages = (listOf(field(value, 'failureMessages')) ?? []).filter((message) => typeof message === 'string');
  const line = field(field(value, 'location'), 'line');
  return {
    name: joinName([file, ...parents, textOf(value, 'title')]),
    status,
    file,
    line: typeof line === 'number' ? line : null,
    message: status === 'failed' ? shortenMessage(messages.join('\n')) : null,
  };
}

function statusOf(word: string): TestResult['status'] {
  if (word === 'passed' || word === 'failed') return word;
  return 'skipped';
}

function textOf(value: unknown, key: string): string {
  const text = field(value, key);
  return typeof text === 'string' ? text : '';
}

function listOf(value: unknown): unknown[] | null {
  return Array.isArray(value) ? value : null;
}
