import { joinName, shortenMessage, testsMax, type TestResult } from './test-result.ts';

interface GoEvent {
  action: string;
  packageName: string;
  test: string;
  output: string;
}

interface Collected {
  packageName: string;
  test: string;
  status: TestResult['status'] | null;
  output: string;
}

const outputKeptCharacters = 4_000;
const place = /^\s{0,40}([\w./-]{1,200}\.go):(\d{1,7}):/m;

/**
 * Reads the events that `go test -json` prints; lines of other programs between them are skipped. A package that failed
 * without a failed test (it does not build, it ended early) is one failed test of its name.
 */
export function readGoJson(text: string): TestResult[] | null {
  const collected = new Map<string, Collected>();
  let events = 0;
  for (const line of text.split('\n')) {
    const event = parseEvent(line);
    if (event === null || event.packageName === '') continue;
    events += 1;
    collect(collected, event);
    if (collected.size > 2 * testsMax) return null;
  }
  return events === 0 ? null : toResults([...collected.values()]);
}

/**
 * The same as a person would have seen it without `-json`: what passing tests printed is left out, and lines that are no
 * events stay.
 */
export function goTestText(output: string): string {
  const lines = output.split('\n').map((line) => ({ line, event: parseEvent(line) }));
  const keyOf = ({ packageName, test }: GoEvent) => `${packageName}\n${test}`;
  const ended = lines.flatMap(({ event }) => (event === null || !isGoodEnd(event) ? [] : [keyOf(event)]));
  const quiet = new Set(ended);
  let text = '';
  for (const { line, event } of lines) {
    if (event === null) text += `${line}\n`;
    else if (event.output !== '' && !isMark(event.output) && !(event.test !== '' && quiet.has(keyOf(event)))) {
      text += event.output;
    }
  }
  return text.trimEnd();
}

function isGoodEnd({ action }: GoEvent): boolean {
  return action === 'pass' || action === 'skip';
}

function isMark(output: string): boolean {
  return /^=== (?:RUN|PAUSE|CONT|NAME)\b/.test(output);
}

function parseEvent(line: string): GoEvent | null {
  if (!line.startsWith('{"')) return null;
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    const textOf = (key: string) => (typeof parsed[key] === 'string' ? parsed[key] : '');
    const action = textOf('Action');
    // What the compiler says carries the path of what it built in a field of its own.
    return action === ''
      ? null
      : { action, packageName: textOf('Package'), test: textOf('Test'), output: textOf('Output') };
  } catch {
    // A line of a program under test that only begins like an event, or the cut end of the output.
    return null;
  }
}

function collect(collected: Map<string, Collected>, { action, packageName, test, output }: GoEvent): void {
  const key = `${packageName}\n${test}`;
  const known = collected.get(key) ?? { packageName, test, status: null, output: '' };
  collected.set(key, known);
  if (action === 'output' && known.output.length < outputKeptCharacters && !isMark(output)) known.output += output;
  if (action === 'pass') known.status = 'passed';
  if (action === 'fail') known.status = 'failed';
  if (action === 'skip') known.status = 'skipped';
}

function toResults(collected: readonly Collected[]): TestResult[] {
  const tests = collected.filter(({ test }) => test !== '');
  const blamed = new Set(tests.filter((one) => endOf(one) === 'failed').map(({ packageName }) => packageName));
  const packages = collected.filter(
    ({ test, status, packageName }) => test === '' && status === 'failed' && !blamed.has(packageName),
  );
  return [...tests, ...packages].map((one) => {
    const status = endOf(one);
    const [, file, line] = (status === 'failed' ? place.exec(one.output) : null) ?? [];
    return {
      name: joinName([one.packageName, one.test]),
      status,
      file: file ?? null,
      line: line === undefined ? null : Number(line),
      message: status === 'failed' ? shortenMessage(one.output) : null,
    };
  });
}

/** A test that began and never ended was running when its process died. */
function endOf({ status }: Collected): TestResult['status'] {
  return status ?? 'failed';
}
