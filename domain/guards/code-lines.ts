import type { DiffLine, FileChange } from '../text/unified-diff.ts';
import { languageOf, maskCode, type Language, type MaskedCode } from './mask-code.ts';

/** A changed line of code, with its code and its comments told apart. */
export interface CodeLine {
  type: 'added' | 'removed';
  /** Line after the change, or before it where it was removed. */
  line: number;
  text: string;
  code: string;
  comments: string;
}

/** Reads a file of one side of a change; undefined where it is not there. */
export type ReadFile = (path: string) => string | undefined;

/** A file of code with its changed lines. */
export interface CodeChange extends FileChange {
  language: Language;
  changed: CodeLine[];
}

const textLengthMax = 2_000_000;

/** The files of a change that are code, with their changed lines. Whole texts tell where a comment or string began. */
export function readCodeChanges(
  changes: readonly FileChange[],
  { readBefore, readAfter }: { readBefore: ReadFile; readAfter: ReadFile },
): CodeChange[] {
  return changes.flatMap((change) => {
    const language = languageOf(change.path);
    if (language === null) return [];
    const mask = (text: string | undefined) =>
      text === undefined || text.length > textLengthMax
        ? null
        : { lines: text.split('\n'), ...maskCode(text, language) };
    const before = mask(readBefore(change.oldPath ?? change.path));
    const after = mask(readAfter(change.path));
    const changed = change.lines.flatMap((line) => toCodeLine(line, line.type === 'added' ? after : before, language));
    return [{ ...change, language, changed }];
  });
}

function toCodeLine(
  { type, text, oldLine, newLine }: DiffLine,
  whole: (MaskedCode & { lines: string[] }) | null,
  language: Language,
): CodeLine[] {
  if (type === 'context') return [];
  const line = (type === 'added' ? newLine : oldLine) ?? 0;
  // A text that is not the one of the diff would hide what it should show; then the line stands for itself.
  const isSame = whole?.lines[line - 1] === text;
  const masked = isSame ? { code: whole.code[line - 1], comments: whole.comments[line - 1] } : maskLine(text, language);
  return [{ type, line, text, code: masked.code ?? '', comments: masked.comments ?? '' }];
}

function maskLine(text: string, language: Language): { code: string | undefined; comments: string | undefined } {
  const { code, comments } = maskCode(text.slice(0, textLengthMax), language);
  return { code: code[0], comments: comments[0] };
}
