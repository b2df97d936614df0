/** The parts of the score, in the order in which they are shown. */
export const acceptanceParts = ['architecture', 'completeness', 'tests', 'readability', 'build'] as const;

export type AcceptancePart = (typeof acceptanceParts)[number];

/** The default of the policy. */
export const defaultAcceptanceWeights: Record<AcceptancePart, number> = {
  architecture: 0.25,
  completeness: 0.25,
  tests: 0.2,
  readability: 0.15,
  build: 0.15,
};

/** A touched file. Complexity is that of its most complex function; null where it is unknown. */
export interface MeasuredFile {
  path: string;
  /** 0 where the file was not there. */
  linesBefore: number;
  linesAfter: number;
  complexityBefore: number | null;
  complexityAfter: number | null;
}

export interface Measurements {
  files: MeasuredFile[];
  newImportCycles: string[][];
  newLintWarnings: number;
  /** `half`: criteria that only a reviewer model's verdict speaks for; `notes`: what it said, a sentence for each. */
  criteria: { proven: number; half: number; total: number; notes?: readonly string[] };
  newTodoLines: number;
  buildPassed: boolean;
  testsTouched: boolean;
  behaviourChanged: boolean;
  /** Tests that fail now and did not before. */
  failingTests: number;
  /** Share from 0 to 1; null where it is unknown. */
  coverageOfChangedLines: number | null;
  /** Why some complexity is unknown, when there is a reason beside the file itself. */
  complexityNote?: string | undefined;
}

export interface Acceptance {
  /** 0 to 10 with one decimal. */
  score: number;
  passes: boolean;
  parts: { name: AcceptancePart; weight: number; score: number; reasons: string[] }[];
}

/** A part while it is scored: its points and why. */
interface Scored {
  score: number;
  reasons: string[];
}

/** Bands of a measure, the highest first: above the limit, this many points are lost. */
type Bands = readonly (readonly [above: number, points: number])[];

const fileLineBands: Bands = [
  [1000, 4],
  [700, 2],
  [500, 1],
];
const architectureComplexityBands: Bands = [
  [50, 3],
  [30, 2],
  [20, 1],
];
const readabilityComplexityBands: Bands = [
  [50, 4],
  [30, 2],
  [20, 1],
];
const lintBands: Bands = [
  [15, 4],
  [10, 3],
  [5, 2],
  [0, 1],
];

/**
 * Scores a change. A file that is too long or too complex costs its whole band when the change made it longer or more
 * complex, and nothing when it did not.
 *
 * @param weights shares that sum to 1 within .01
 * @param scoreMin the least score that passes; compared with the score as it is shown
 * @throws RangeError when they do not
 */
export function scoreAcceptance(
  measurements: Measurements,
  weights: Record<AcceptancePart, number> = defaultAcceptanceWeights,
  scoreMin = 7,
): Acceptance {
  const weightSum = acceptanceParts.reduce((total, name) => total + weights[name], 0);
  if (!(Math.abs(weightSum - 1) <= 0.01 + Number.EPSILON)) {
    throw new RangeError(`The weights of the acceptance score sum to ${weightSum} and not to 1.`);
  }
  const scored: Record<AcceptancePart, Scored> = {
    architecture: scoreArchitecture(measurements),
    completeness: scoreCompleteness(measurements),
    tests: scoreTests(measurements),
    readability: scoreReadability(measurements),
    build: measurements.buildPassed ? { score: 10, reasons: [] } : { score: 0, reasons: ['The build failed.'] },
  };
  const parts = acceptanceParts.map((name) => {
    const { score, reasons } = scored[name];
    return { name, weight: weights[name], score: oneDecimal(score), reasons };
  });
  const sum = parts.reduce((total, { name, weight }) => total + scored[name].score * weight, 0);
  const score = oneDecimal(clamp(sum / weightSum));
  return { score, passes: score >= scoreMin, parts };
}

function clamp(score: number): number {
  return Math.min(10, Math.max(0, score));
}

// Rounded twice: 6.95 is a little less in binary and would become 6.9.
function oneDecimal(score: number): number {
  return Math.round(Math.round(score * 1e6) / 1e5) / 10;
}

function pointsOf(bands: Bands, value: number): number {
  return bands.find(([above]) => value > above)?.[1] ?? 0;
}

function lose(scored: Scored, points: number, reason: string): void {
  if (points === 0) return;
  scored.score = clamp(scored.score - points);
  scored.reasons.push(`${reason} (-${points}).`);
}

function scoreArchitecture(measurements: Measurements): Scored {
  const scored: Scored = { score: 10, reasons: [] };
  const longest = largest(
    measurements.files.filter(({ linesBefore, linesAfter }) => linesAfter > linesBefore),
    (file) => file.linesAfter,
  );
  if (longest !== null) {
    lose(scored, pointsOf(fileLineBands, longest.value), `${longest.path} grew to ${longest.value} lines`);
  }
  loseForComplexity(scored, measurements, architectureComplexityBands);
  const [cycle] = measurements.newImportCycles;
  if (cycle !== undefined) lose(scored, 3, `New import cycle: ${shortened(cycle)}`);
  return scored;
}

function scoreReadability(measurements: Measurements): Scored {
  const scored: Scored = { score: 10, reasons: [] };
  loseForComplexity(scored, measurements, readabilityComplexityBands);
  const warnings = measurements.newLintWarnings;
  lose(scored, pointsOf(lintBands, warnings), `${warnings} new lint warnings`);
  return scored;
}

function shortened(cycle: readonly string[]): string {
  return cycle.length > 5 ? `${cycle.slice(0, 5).join(', ')} and ${cycle.length - 5} more` : cycle.join(', ');
}

function largest(
  files: readonly MeasuredFile[],
  measure: (file: MeasuredFile) => number,
): { path: string; value: number } | null {
  const found = files.map((file) => ({ path: file.path, value: measure(file) }));
  return found.reduce<{ path: string; value: number } | null>(
    (most, one) => (most === null || one.value > most.value ? one : most),
    null,
  );
}

function loseForComplexity(scored: Scored, { files, complexityNote }: Measurements, bands: Bands): void {
  const isKnown = ({ complexityAfter, complexityBefore, linesBefore }: MeasuredFile) =>
    complexityAfter !== null && (complexityBefore !== null || linesBefore === 0);
  const worse = files.filter((file) => isKnown(file) && (file.complexityAfter ?? 0) > (file.complexityBefore ?? 0));
  const most = largest(worse, (file) => file.complexityAfter ?? 0);
  if (most !== null) {
    lose(scored, pointsOf(bands, most.value), `A function in ${most.path} got a complexity of ${most.value}`);
  }
  const unknown = files.filter((file) => file.linesAfter > 0 && !isKnown(file)).length;
  if (unknown === 0) return;
  const note = complexityNote === undefined ? '' : ` ${complexityNote}`;
  scored.reasons.push(`The complexity of ${unknown} of ${files.length} files is unknown and costs nothing.${note}`);
}

function scoreCompleteness({ criteria, newTodoLines, buildPassed }: Measurements): Scored {
  const { proven, half, total, notes = [] } = criteria;
  const scored: Scored = { score: 10, reasons: [] };
  if (total === 0) {
    scored.reasons.push('No criteria were given, so TODO lines and the build alone decide.');
  } else {
    scored.score = clamp(((proven + half / 2) / total) * 10);
    const byReviewer = half === 0 ? '' : `, and ${half} only by a reviewer model's verdict, which counts half`;
    scored.reasons.push(`${proven} of ${total} criteria are proven${byReviewer}.`, ...notes);
  }
  lose(scored, Math.min(5, newTodoLines), `${newTodoLines} new TODO or FIXME lines`);
  if (!buildPassed) limit(scored, 2, 'The build failed');
  return scored;
}

function limit(scored: Scored, scoreMax: number, reason: string): void {
  scored.score = Math.min(scored.score, scoreMax);
  scored.reasons.push(`${reason} (at most ${scoreMax}).`);
}

/** Points while nobody knows how much of the change the tests run through. */
const unknownCoverageScore = 7;

function scoreTests(measurements: Measurements): Scored {
  const { testsTouched, behaviourChanged, failingTests, coverageOfChangedLines: coverage } = measurements;
  if (behaviourChanged && !testsTouched) {
    return { score: 0, reasons: ['Behaviour changed, and no test was touched.'] };
  }
  const scored: Scored =
    coverage === null
      ? { score: unknownCoverageScore, reasons: ['The coverage of the changed lines is unknown.'] }
      : scoreCoverage(coverage);
  if (failingTests > 0) limit(scored, 4, `${failingTests} tests fail that did not before`);
  return scored;
}

// A point for each ten per cent: 80 is 10, 70 is 9, 60 is 8, and so on. Nothing covered at all is no test.
function scoreCoverage(coverage: number): Scored {
  const tenths = Math.floor(Math.round(coverage * 1e6) / 1e5);
  const score = coverage <= 0 ? 0 : clamp(tenths + 2);
  const said = coverage <= 0 ? 'None' : `${Math.round(coverage * 100)} %`;
  return { score, reasons: [`${said} of the changed lines are covered by tests.`] };
}
