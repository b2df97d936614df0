import { readPlacedMessages, type PlacedMessage } from '../failures/diagnostics.ts';
import { plainLines } from './fingerprint-output.ts';
import { relativeTo } from './test-reports/test-result.ts';

/** One thing that a compiler or a linter said about a place; its file relative to the repository's top folder where that is known. */
export type Diagnostic = PlacedMessage;

/**
 * The diagnostics of compilers and linters, read by the code that also classifies failures.
 *
 * @param root absolute path of the repository's top folder during the run; empty where it is not known
 * @returns at most 5,000, in the order of the output, of which the last two million characters are read
 */
export function readDiagnostics(output: string, root = ''): Diagnostic[] {
  return readPlacedMessages(plainLines(output)).map((message) => ({
    ...message,
    file: message.file === null ? null : relativeTo(root, message.file).replace(/^\.\//, ''),
  }));
}
