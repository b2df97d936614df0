import { toPlainLine } from '../failures/output/plain-line.ts';
import { hashText, steadyLine } from '../failures/steady-text.ts';

const charactersMax = 2_000_000;

/** The last two million characters as a person saw them, as lines of at most 2,000 characters. */
export function plainLines(output: string): string[] {
  return output.slice(-charactersMax).split('\n').map(toPlainLine);
}

/**
 * A hash of what a gate printed that stays the same when only times, places and temporary names differ, and when its
 * lines come in another order.
 *
 * @param root absolute path of the repository's top folder during the run; empty where it is not known
 * @returns 16 hexadecimal digits
 */
export function fingerprintOutput(output: string, root = ''): string {
  const lines = plainLines(root === '' ? output : output.replaceAll(root, '<root>')).map(steadyLine);
  return hashText([...new Set(lines.filter((line) => line !== ''))].toSorted().join('\n'));
}
