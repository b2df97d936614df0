import { joinName, shortenMessage, type TestResult } from './test-result.ts';

const program =
  /^\s{1,20}Running (?:unittests )?(\S{1,300}) \((?:\S{1,400}\/)?([\w-]{1,200})-[0-9a-f]{8,20}(?:\.exe)?\)/;
const documentation = /^\s{1,20}Doc-tests (\S{1,200})/;
const result = /^test (.{1,400}) \.\.\. (ok|FAILED|ignored)\b/;
const details = /^---- (.{1,400}) stdout ----$/;
const panic = /panicked at ([^:\s]{1,300}):(\d{1,7}):\d{1,7}/;

/** Reads what `cargo test` prints; null where no test program ran. */
export function readCargoText(text: string): TestResult[] | null {
  const results: TestResult[] = [];
  const unexplained = new Map<string, TestResult>();
  let suite = '';
  let hasRun = false;
  const lines = text.split('\n').map((line) => line.slice(0, 1_000).trimEnd());
  for (const [index, line] of lines.entries()) {
    suite = suiteOf(line) ?? suite;
    hasRun ||= /^running \d{1,7} tests?$/.test(line);
    const [, test, word] = result.exec(line) ?? [];
    if (test !== undefined) {
      const read = toResult(nameOf(suite, test), word);
      results.push(read);
      if (read.status === 'failed') unexplained.set(read.name, read);
    }
    const failed = unexplained.get(nameOf(suite, details.exec(line)?.[1] ?? ''));
    if (failed === undefined) continue;
    explain(failed, lines.slice(index + 1, index + 20));
    unexplained.delete(failed.name);
  }
  return hasRun ? results : null;
}

function suiteOf(line: string): string | undefined {
  const [, source, crate] = program.exec(line) ?? [];
  return source === undefined ? documentation.exec(line)?.[1]?.concat(' documentation') : `${crate ?? ''} ${source}`;
}

// The line of an example in the documentation is part of its name, and moves with the text above it.
function nameOf(suite: string, test: string): string {
  return joinName([suite, test.replace(/ \(line \d{1,7}\)/, '').replace(/ - should panic$/, '')]);
}

function toResult(name: string, word: string | undefined): TestResult {
  const status = word === 'ok' ? 'passed' : word === 'FAILED' ? 'failed' : 'skipped';
  return { name, status, file: null, line: null, message: status === 'failed' ? '' : null };
}

function explain(test: TestResult, following: readonly string[]): void {
  const end = following.findIndex((line) => line.startsWith('---- ') || line === 'failures:');
  const text = following.slice(0, end === -1 ? following.length : end).join('\n');
  const [, file, line] = panic.exec(text) ?? [];
  test.message = shortenMessage(text);
  test.file = file ?? null;
  test.line = line === undefined ? null : Number(line);
}
