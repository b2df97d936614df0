import { joinName, relativeTo, shortenMessage, type TestResult } from './test-result.ts';

const begin = /(?:^|\.\.\. )(\w{1,200}) \(([\w.]{1,300})\)(?= \.\.\.|$)/g;
const ending = /(?:^|\.\.\. )(ok|FAIL|ERROR|expected failure|unexpected success|skipped .{1,300})$/;
const detail = /^(?:FAIL|ERROR): (\w{1,200}) \(([\w.]{1,300})\)/;
const place = /^ {2}File "([^"]{1,400})", line (\d{1,7})/;
const rule = /^={70}$/;
const total = /^Ran \d{1,7} tests? in /;

const statuses: Readonly<Record<string, TestResult['status']>> = {
  ok: 'passed',
  'expected failure': 'passed',
  FAIL: 'failed',
  ERROR: 'failed',
  'unexpected success': 'failed',
};

/** Reads what `python -m unittest -v` prints; null where it did not come to its end. */
export function readUnittestText(text: string, root: string): TestResult[] | null {
  const lines = text.split('\n').map((line) => line.slice(0, 1_000).trimEnd());
  const end = lines.findLastIndex((line) => total.test(line));
  if (end === -1) return null;
  const details = lines.findIndex((line) => rule.test(line));
  const listed = details === -1 ? end : Math.min(details, end);
  const results = readList(lines.slice(0, listed));
  for (const failed of readDetails(lines.slice(listed, end), root)) results.set(failed.name, failed);
  return [...results.values()];
}

function readList(lines: readonly string[]): Map<string, TestResult> {
  const results = new Map<string, TestResult>();
  let last: TestResult | null = null;
  for (const line of lines) {
    for (const [, method = '', id = ''] of line.matchAll(begin)) {
      // One that ends without a word has parts that failed, which the details name, or were skipped.
      last = { name: nameOf(method, id), status: 'skipped', file: null, line: null, message: null };
      results.set(last.name, last);
    }
    const word = line.startsWith('  ') ? undefined : ending.exec(line)?.[1];
    if (word === undefined || last === null) continue;
    last.status = statuses[word] ?? 'skipped';
    if (last.status === 'failed') last.message = '';
    last = null;
  }
  return results;
}

function readDetails(lines: readonly string[], root: string): TestResult[] {
  const starts = lines.flatMap((line, at) => (rule.test(line) ? [at] : []));
  return starts.flatMap((start, index) => {
    const [heading = '', ...told] = lines.slice(start + 1, starts[index + 1]);
    const [, method, id] = detail.exec(heading) ?? [];
    if (method === undefined || id === undefined) return [];
    const message = told.filter((line) => !/^-{70}$/.test(line)).join('\n');
    // The innermost place in the repository: below it lie the library's own.
    const places = told.flatMap((line) => {
      const [, path = '', number] = place.exec(line) ?? [];
      const file = relativeTo(root, path);
      return number === undefined || file.startsWith('/') ? [] : [{ file, line: Number(number) }];
    });
    const { file, line } = places.at(-1) ?? { file: null, line: null };
    return [{ name: nameOf(method, id), status: 'failed' as const, file, line, message: shortenMessage(message) }];
  });
}

/** From Python 3.11 on the name of the test is also part of what follows it. */
function nameOf(method: string, id: string): string {
  return joinName([id.endsWith(`.${method}`) ? id : `${id}.${method}`]);
}
