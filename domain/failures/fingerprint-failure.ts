import type { Failure } from './failure-class.ts';
import { hashText, steadyLine } from './steady-text.ts';

/**
 * The same for the same error in different orders: class, code, package, tests and words count; places, times, paths of
 * temporary folders, addresses and the order of the tests do not.
 *
 * @returns 16 hexadecimal digits
 */
export function fingerprintFailure({ failureClass, subReason, context }: Failure): string {
  const { tool, file, code, testNames, message } = context;
  // Names of tests say what failed; the message only lists them again.
  const words = testNames.length > 0 ? [...testNames].sort() : [steadyLine(message)];
  return hashText(
    [failureClass, subReason ?? '', tool ?? '', file ?? '', code ?? '', context.package ?? '', ...words].join('\n'),
  );
}
