/** The nine failure classes, in the order of the taxonomy. The database enum has exactly these names. */
export const failureClasses = [
  'compile_error',
  'contract_violation',
  'test_fail',
  'lint_error',
  'orchestration_error',
  'budget_exceeded',
  'dependency_missing',
  'timeout',
  'unknown',
] as const;

export type FailureClass = (typeof failureClasses)[number];

/** Room for an excerpt: it goes into prompts, so it stays under 2,000 characters. */
export const excerptLengthMax = 1_900;

/** What is known about a failure beside its class. Null where nothing names it. */
export interface ErrorContext {
  /** One sentence for a person: what happened. */
  message: string;
  /** The tool that reported it, such as `tsc`. */
  tool: string | null;
  file: string | null;
  line: number | null;
  column: number | null;
  /** The machine-readable code printed with it, such as `TS2322`. */
  code: string | null;
  testNames: string[];
  /** The missing or conflicting package; only for dependency_missing. */
  package: string | null;
  /** Each breaking difference of a public contract, as its tool says it; not in rows from before it was read. */
  contractViolations?: string[];
  /** The few lines of output that matter, redacted, under 2,000 characters. */
  excerpt: string;
}

/** The rule of a gate that could not run at the base commit either. */
export const faultOfBaseRule = 'baseline:not-run';

/** Why a step failed: always a class and a context. */
export interface Failure {
  failureClass: FailureClass;
  /** A kind inside the class, such as `rate_limited` inside budget_exceeded. */
  subReason: string | null;
  /** The rule that decided, so that a wrong label can be traced. */
  rule: string;
  /** From 0 to 1, surer classes higher; an order and no probability. Only where a text was read: a typed cause is certain. */
  confidence?: number;
  context: ErrorContext;
}
