import {
  matchBiomeHeading,
  matchBiomeMessage,
  matchEslintEntry,
  matchHeading,
  matchPlace,
  matchSingleLine,
  type Groups,
} from './diagnostic-patterns.ts';
import { plainLines } from './fingerprint-output.ts';
import { relativeTo } from './test-reports/test-result.ts';

/** One thing that a compiler or a linter said about a place. */
export interface Diagnostic {
  /** Relative to the repository's top folder where that is known, else as printed; null for what is about no file. */
  file: string | null;
  line: number | null;
  column: number | null;
  /** A rule or an error number. */
  code: string | null;
  message: string;
  severity: 'error' | 'warning';
}

const diagnosticsMax = 5_000;

/** How far the second half of a diagnostic may stand below its first. */
const linesApartMax = 3;

interface Reading {
  root: string;
  /** The last line that began at its start: in eslint's form the file of the entries below it. */
  file: string;
  waiting: { kind: 'place' | 'message'; groups: Groups; linesLeft: number } | null;
  found: Diagnostic[];
}

/**
 * The diagnostics of tsc, eslint, biome, ruff, mypy, go, rustc, and of what writes `file:line:column: error:`.
 *
 * @param root absolute path of the repository's top folder during the run; empty where it is not known
 * @returns at most 5,000, in the order of the output, of which the last two million characters are read
 */
export function readDiagnostics(output: string, root = ''): Diagnostic[] {
  const reading: Reading = { root, file: '', waiting: null, found: [] };
  for (const line of plainLines(output)) {
    if (reading.found.length >= diagnosticsMax) break;
    readLine(reading, line);
  }
  return reading.found;
}

function readLine(reading: Reading, line: string): void {
  if (completes(reading, line)) return;
  const single = matchSingleLine(line);
  if (single !== null) {
    add(reading, single);
    return;
  }
  const entry = reading.file === '' ? null : matchEslintEntry(line);
  if (entry !== null) {
    add(reading, { ...entry, file: reading.file });
    return;
  }
  if (line !== '' && !/^\s/.test(line)) reading.file = line.length <= 400 ? line : '';
  const biome = matchBiomeHeading(line);
  const heading = biome ?? matchHeading(line);
  if (heading === null) return;
  reading.waiting = { kind: biome === null ? 'place' : 'message', groups: heading, linesLeft: linesApartMax };
}

/** Whether the line is the second half of a diagnostic that began above it. */
function completes(reading: Reading, line: string): boolean {
  const { waiting } = reading;
  if (waiting === null) return false;
  waiting.linesLeft -= 1;
  if (waiting.linesLeft === 0) reading.waiting = null;
  const rest = waiting.kind === 'place' ? matchPlace(line) : matchBiomeMessage(line);
  if (rest === null) return false;
  reading.waiting = null;
  const isWarning = rest['mark'] === '!' || rest['mark'] === '⚠';
  add(reading, { ...waiting.groups, ...rest, ...(isWarning ? { severity: 'warning' } : {}) });
  return true;
}

function add({ found, root }: Reading, groups: Groups): void {
  const { file, line, column, code, message } = groups;
  found.push({
    file: file === undefined ? null : relativeTo(root, file).replace(/^\.\//, ''),
    line: toNumber(line),
    column: toNumber(column),
    code: code ?? null,
    message: (message ?? '').trim(),
    severity: groups['severity'] === 'warning' ? 'warning' : 'error',
  });
}

function toNumber(text: string | undefined): number | null {
  return text === undefined ? null : Number.parseInt(text, 10);
}
