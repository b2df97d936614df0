import { joinName, relativeTo, shortenMessage, type TestResult } from './test-result.ts';
import { scanXml, type XmlPiece } from './xml-scanner.ts';

type OpenTag = Extract<XmlPiece, { kind: 'open' }>;

interface Reading {
  root: string;
  /** Names of the suites around the current place. */
  suites: string[];
  test: { tag: OpenTag; status: TestResult['status']; message: string } | null;
  /** The element of the current test whose text is its message. */
  isFailureOpen: boolean;
  results: TestResult[];
}

/** Reads the XML that JUnit made common: that of node:test, of pytest, and of others. Null where it is not whole. */
export function readJunit(text: string, root: string): TestResult[] | null {
  const pieces = scanXml(text);
  if (pieces === null || !isOneReport(pieces)) return null;
  const reading: Reading = { root, suites: [], test: null, isFailureOpen: false, results: [] };
  for (const piece of pieces) {
    if (piece.kind === 'open') {
      openElement(reading, piece);
      if (piece.isEmpty) closeElement(reading, piece.name);
    } else if (piece.kind === 'close') closeElement(reading, piece.name);
    else if (reading.isFailureOpen && reading.test !== null) reading.test.message += piece.text;
  }
  return reading.results;
}

/** Whether the document is closed and alone: in a file that two runners wrote over each other it is neither. */
function isOneReport(pieces: readonly XmlPiece[]): boolean {
  let depth = 0;
  const tops: string[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'close') depth -= 1;
    if (piece.kind !== 'open') continue;
    if (depth === 0) tops.push(piece.name);
    if (!piece.isEmpty) depth += 1;
  }
  return depth === 0 && tops.length === 1 && (tops[0] === 'testsuites' || tops[0] === 'testsuite');
}

function openElement(reading: Reading, tag: OpenTag): void {
  const { name, attributes } = tag;
  if (name === 'testsuite') reading.suites.push(attributes.get('name') ?? '');
  if (name === 'testcase') reading.test = { tag, status: 'passed', message: '' };
  if (reading.test === null) return;
  // node:test also writes a failure for what is still to be done, which fails nothing.
  if (name === 'skipped') reading.test.status = 'skipped';
  if (name !== 'failure' && name !== 'error') return;
  if (reading.test.status === 'passed') reading.test.status = 'failed';
  reading.test.message += `${attributes.get('message') ?? ''}\n`;
  reading.isFailureOpen = true;
}

function closeElement(reading: Reading, name: string): void {
  if (name === 'failure' || name === 'error') reading.isFailureOpen = false;
  if (name === 'testsuite') reading.suites.pop();
  if (name !== 'testcase' || reading.test === null) return;
  reading.results.push(toResult(reading, reading.test));
  reading.test = null;
}

function toResult({ root, suites }: Reading, test: NonNullable<Reading['test']>): TestResult {
  const attribute = (name: string) => test.tag.attributes.get(name) ?? '';
  const file = relativeTo(root, attribute('file'));
  const line = /^\d{1,7}$/.test(attribute('line')) ? Number(attribute('line')) : null;
  // This runner counts lines from 0, and names its one suite after itself.
  const isPytest = suites[0] === 'pytest';
  const parents = isPytest ? [] : suites.map((suite) => relativeTo(root, suite));
  const group = groupOf(attribute('classname'), file, parents);
  const title = relativeTo(root, attribute('name'));
  // A file that could not be loaded is reported as a test with the name of the file.
  const place = parents[0] === file || title === file ? '' : file;
  return {
    name: joinName([place, ...parents, group, title]),
    status: test.status,
    file: file === '' ? null : file,
    line: line !== null && isPytest ? line + 1 : line,
    message: test.status === 'failed' ? shortenMessage(test.message) : null,
  };
}

/** What the class says beyond the file and the suites. `test` is what node:test calls every one. */
function groupOf(className: string, file: string, parents: readonly string[]): string {
  const module = file.replace(/\.py$/, '').replaceAll('/', '.');
  if (className === 'test' || className === module || parents.includes(className)) return '';
  return module !== '' && className.startsWith(`${module}.`) ? className.slice(module.length + 1) : className;
}
