import { errorCatalogue, type ErrorCode } from '../errors.ts';
import { excerptLengthMax, type ErrorContext, type Failure, type FailureClass } from './failure-class.ts';

const subReasons: Partial<Record<ErrorCode, string>> = {
  'provider-money-out': 'money_out',
  'provider-rate-limited': 'rate_limited',
  'context-exceeded': 'context_exceeded',
  'output-truncated': 'output_truncated',
  'provider-unauthorized': 'credentials',
  'provider-unavailable': 'provider',
  'script-without-reply': 'provider',
  'git-failed': 'git',
  'repository-unreachable': 'git',
};

/** A context in which nothing is known yet. */
export const emptyContext: ErrorContext = {
  message: '',
  tool: null,
  file: null,
  line: null,
  column: null,
  code: null,
  testNames: [],
  package: null,
  excerpt: '',
};

/** A failure whose cause is known by its type: no text is read. */
export function failureOf(code: ErrorCode, message: string, details: Partial<ErrorContext> = {}): Failure {
  return {
    failureClass: errorCatalogue[code].failureClass,
    subReason: subReasons[code] ?? null,
    rule: `typed:${code}`,
    context: { ...emptyContext, message, excerpt: message.slice(0, excerptLengthMax), ...details },
  };
}

/** Builds a failure of a given class from a typed cause that is no error, such as a verdict of our own. */
export function failureOfClass(failureClass: FailureClass, ruleName: string, message: string): Failure {
  return {
    failureClass,
    subReason: null,
    rule: `typed:${ruleName}`,
    context: { ...emptyContext, message, excerpt: message.slice(0, excerptLengthMax) },
  };
}
