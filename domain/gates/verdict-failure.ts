import { excerptLengthMax, type Failure } from '../failures/failure-class.ts';
import type { GateVerdict } from './compare-with-baseline.ts';
import { fingerprintOutput } from './fingerprint-output.ts';

const namesShownMax = 20;
const errorsShownMax = 40;
const errorLengthMax = 600;

/**
 * The failure of a gate, told by what is new in it: what failed at the base commit as well is not what has to be mended.
 *
 * @param classified what the output alone says
 */
export function failureOfVerdict(classified: Failure, verdict: GateVerdict): Failure {
  const errors = describeNewErrors(verdict);
  if (errors.length === 0 || classified.failureClass === 'timeout') return classified;
  // A runner that only writes its report prints nothing to classify; the report names the tests.
  if (classified.rule === 'text:nothing-known' && verdict.newFailingTests.length > 0) {
    return failureOfVerdict({ ...classified, failureClass: 'test_fail', rule: 'report:tests' }, verdict);
  }
  const excerpt = errors.join('\n').slice(0, excerptLengthMax);
  const testNames = verdict.newFailingTests.map(({ name }) => name).slice(0, namesShownMax);
  const place = placeOf(verdict);
  const message = testNames.length > 0 ? `Failing: ${testNames.join(', ')}`.slice(0, 500) : (errors[0] ?? '');
  const details = testNames.length > 0 ? { testNames } : { code: place.code ?? classified.context.code };
  const file = place.file ?? classified.context.file;
  const context = { ...classified.context, ...details, message, excerpt, file };
  if (place.file !== null) Object.assign(context, { line: place.line, column: place.column });
  return { ...classified, context };
}

/** The new errors of a gate, one per line, as the model is told them; bounded. Not the raw log. */
export function describeNewErrors({ newDiagnostics, newFailingTests }: GateVerdict): string[] {
  const errors = newDiagnostics.filter(({ severity }) => severity === 'error');
  // Warnings fail a gate only where nothing else does.
  const counted = errors.length > 0 ? errors : newFailingTests.length > 0 ? [] : newDiagnostics;
  const diagnostics = counted.map(
    ({ file, line, column, code, message }) =>
      `${[file, line, column].filter((part) => part !== null).join(':')}: ${code === null ? '' : `${code}: `}${message}`,
  );
  const tests = newFailingTests.map(
    ({ name, file, line, message }) =>
      `failing test "${name}"${file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`}: ${message ?? 'no reason given'}`,
  );
  return [...tests, ...diagnostics].slice(0, errorsShownMax).map(inOneLine);
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, errorLengthMax);
}

/** The same for the same new errors, wherever they stand and in whatever order they are printed. */
export function fingerprintVerdict(kind: string, verdict: GateVerdict, outputFingerprint: string): string {
  const errors = describeNewErrors(verdict);
  return `${kind}:${errors.length === 0 ? outputFingerprint : fingerprintOutput(errors.join('\n'), '')}`;
}

function placeOf({ newDiagnostics, newFailingTests }: GateVerdict): {
  file: string | null;
  line: number | null;
  column: number | null;
  code: string | null;
} {
  const [test] = newFailingTests;
  if (test !== undefined) return { file: test.file, line: test.line, column: null, code: null };
  const error = newDiagnostics.find(({ severity }) => severity === 'error') ?? newDiagnostics[0];
  if (error === undefined) return { file: null, line: null, column: null, code: null };
  const { file, line, column, code } = error;
  return { file, line, column, code };
}
