import type { FileChange } from '../text/unified-diff.ts';
import { readCodeChanges, type ReadFile } from './code-lines.ts';
import type { GuardHit } from './guard.ts';
import type { NamedFiles } from './named-files.ts';
import { checkSettingFiles } from './setting-files.ts';
import { checkSwitchedOff } from './switched-off.ts';
import { checkTestCounts } from './test-counts.ts';

export interface TamperInput {
  changes: readonly FileChange[];
  /** Texts of changed files at the base commit and after the change. */
  readBefore: ReadFile;
  readAfter: ReadFile;
  /** What the order names excuses settings and deleted tests; suppressions and skips are never excused. */
  named: NamedFiles;
}

/** Finds what makes gates green without making the code right. */
export function checkTamper({ changes, named, ...texts }: TamperInput): GuardHit[] {
  const code = readCodeChanges(changes, texts);
  return [...checkTestCounts(code, named), ...checkSwitchedOff(code), ...checkSettingFiles(changes, named, texts)];
}
