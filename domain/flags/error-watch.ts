import { AppError } from '../errors.ts';

/** What ran behind a flag within the window. */
export interface FlagRuns {
  runs: number;
  errors: number;
}

/** Results that count, in minutes: the running minute and those before it. */
export const watchWindowMinutes = 30;

/** With fewer runs a share says nothing. */
export const watchRunsMin = 20;

/** One error is no pattern: among the fewest runs that count it would be 5 % already. */
const watchErrorsMin = 2;

/** The share of errors at which a flag goes off by itself. */
const watchErrorPercentMax = 5;

/** Why these results turn their flag off, as a sentence with the figures; null when they don't. */
export function judgeFlagRuns({ runs, errors }: FlagRuns): string | null {
  if (runs < watchRunsMin || errors < watchErrorsMin || errors * 100 < runs * watchErrorPercentMax) return null;
  const percent = ((errors / runs) * 100).toFixed(1);
  return `${errors} of ${runs} runs within ${watchWindowMinutes} minutes failed: ${percent} %, and ${watchErrorPercentMax} % is the limit.`;
}

/**
 * Whether an error is held against the flag whose work it ended. Not what was asked wrongly or has no money, and not
 * what is away for a while: turning the feature off would mend neither.
 */
export function countsAgainstFlag(error: unknown): boolean {
  if (!(error instanceof AppError)) return true;
  const { httpStatus, retryable } = error.catalogueEntry;
  return httpStatus >= 500 && !retryable;
}
