import { languageOf } from '../guards/mask-code.ts';
import { isTestFile } from '../guards/test-files.ts';
import type { FileChange } from '../text/unified-diff.ts';

// Upper case alone: "todo" is also a word, and the name of things that people write programs about.
const openWork = /(?<![\w-])(?:TODO|FIXME)(?![\w-])/;

/** Lines with TODO or FIXME that a change brings; one that it moves or only edits is not new. */
export function countNewTodoLines(changes: readonly FileChange[]): number {
  const count = (type: 'added' | 'removed') =>
    changes.reduce(
      (total, { lines }) => total + lines.filter((line) => line.type === type && openWork.test(line.text)).length,
      0,
    );
  return Math.max(0, count('added') - count('removed'));
}

/** Whether a change adds to tests or edits them. Deleting one touches none. */
export function touchesTests(changes: readonly FileChange[]): boolean {
  return changes.some(({ path, kind, lines }) => kind !== 'deleted' && isTestFile(path) && lines.length > 0);
}

/** Whether a change may alter what the program does: it touches code outside the tests, more than blanks and line comments. */
export function changesBehaviour(changes: readonly FileChange[]): boolean {
  return changes.some(
    ({ path, lines }) =>
      languageOf(path) !== null &&
      !isTestFile(path) &&
      lines.some(
        ({ type, text }) => type !== 'context' && !/^\s{0,200}(?:\/\/|\/\*|\*(?:[\s/]|$)|#(?:\s|$)|$)/.test(text),
      ),
  );
}
