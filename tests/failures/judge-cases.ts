import {
  classifyFailure,
  type ClassifiedFailure,
  type ClassifyOptions,
} from '../../domain/failures/classify-failure.ts';
import { failureClasses, type FailureClass } from '../../domain/failures/failure-class.ts';
import type { StepOutput } from '../../domain/failures/step-output.ts';
import type { RecordedCase } from './recorded-cases.ts';

/** What came out for a case, beside what is right. Null where the case does not ask. */
export interface Judgement {
  one: RecordedCase;
  failure: ClassifiedFailure;
  classRight: boolean;
  subReasonRight: boolean | null;
  placeRight: boolean | null;
  codeRight: boolean | null;
  testNamesRight: boolean | null;
  packageRight: boolean | null;
  excerptRight: boolean | null;
}

/** Totals over many cases, as shares from 0 to 1. */
export interface Totals {
  cases: number;
  accuracy: number;
  macroF1: number;
  f1: Partial<Record<FailureClass, number>>;
  subReasons: number;
  places: number;
  codes: number;
  testNames: number;
  packages: number;
  excerpts: number;
}

/** The step that printed a recorded output. */
export function stepOf({ stage, exitCode, tool, output }: RecordedCase): StepOutput {
  return { stage, exitCode, timedOut: false, output, tool: tool ?? null };
}

/** Classifies a recorded output as the pipeline would, with all rules or those that are accepted. */
export function judgeCase(one: RecordedCase, withTool: boolean, limits: ClassifyOptions = {}): Judgement {
  const { expected } = one;
  const failure = classifyFailure(withTool ? stepOf(one) : { ...stepOf(one), tool: null }, limits);
  const { context } = failure;
  const musts = [one.excerptMustContain ?? []].flat();
  return {
    one,
    failure,
    classRight: failure.failureClass === expected.class,
    subReasonRight: expected.subReason === null ? null : failure.subReason === expected.subReason,
    placeRight: expected.file === null ? null : isSamePlace(expected, context),
    codeRight: expected.code === null ? null : context.code === expected.code,
    testNamesRight: expected.testNames.length === 0 ? null : areSameTests(expected.testNames, context.testNames),
    packageRight: expected.package === null ? null : isSamePackage(expected.package, context.package),
    excerptRight: musts.length === 0 ? null : musts.every((must) => context.excerpt.includes(must)),
  };
}

function isSamePlace(
  expected: { file: string | null; line: number | null },
  found: { file: string | null; line: number | null },
): boolean {
  const clean = (path: string) => path.replaceAll('\\', '/').replace(/^\.?\//, '');
  const wanted = clean(expected.file ?? '');
  const given = clean(found.file ?? '');
  const isFile = given !== '' && (given === wanted || given.endsWith(`/${wanted}`) || wanted.endsWith(`/${given}`));
  return isFile && (expected.line === null || expected.line === found.line);
}

/** Every failing test and no other; with or without the suites around it, whatever separates them. */
function areSameTests(expected: readonly string[], found: readonly string[]): boolean {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  const isSame = (a: string, b: string) => {
    const [one, other] = [plain(a), plain(b)];
    return (
      one === other ||
      one.endsWith(` ${other}`) ||
      other.endsWith(` ${one}`) ||
      one.startsWith(`${other} `) ||
      other.startsWith(`${one} `)
    );
  };
  return (
    expected.every((name) => found.some((given) => isSame(name, given))) &&
    found.every((given) => expected.some((name) => isSame(name, given)))
  );
}

function isSamePackage(expected: string, found: string | null): boolean {
  if (found === null || found === '') return false;
  const [a, b] = [expected.toLowerCase(), found.toLowerCase()];
  return a.includes(b) || b.includes(a);
}

/** Totals of judged cases. The F1 of a class that no case has and none was given is left out. */
export function totalsOf(judgements: readonly Judgement[]): Totals {
  const share = (read: (one: Judgement) => boolean | null): number => {
    const asked = judgements.map(read).filter((answer) => answer !== null);
    return asked.length === 0 ? 1 : asked.filter(Boolean).length / asked.length;
  };
  const f1: Partial<Record<FailureClass, number>> = {};
  for (const failureClass of failureClasses) {
    const right = judgements.filter(
      ({ one, failure }) => one.expected.class === failureClass && failure.failureClass === failureClass,
    ).length;
    const wanted = judgements.filter(({ one }) => one.expected.class === failureClass).length;
    const given = judgements.filter(({ failure }) => failure.failureClass === failureClass).length;
    if (wanted + given > 0) f1[failureClass] = (2 * right) / (wanted + given);
  }
  const values = Object.values(f1);
  return {
    cases: judgements.length,
    accuracy: share(({ classRight }) => classRight),
    macroF1: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
    f1,
    subReasons: share(({ subReasonRight }) => subReasonRight),
    places: share(({ placeRight }) => placeRight),
    codes: share(({ codeRight }) => codeRight),
    testNames: share(({ testNamesRight }) => testNamesRight),
    packages: share(({ packageRight }) => packageRight),
    excerpts: share(({ excerptRight }) => excerptRight),
  };
}
