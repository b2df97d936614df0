import type { FileChange } from '../text/unified-diff.ts';
import { isInScope } from '../work-orders/proposal.ts';
import type { GuardHit } from './guard.ts';

export interface PathsInput {
  changes: readonly FileChange[];
  /** Empty means everything. */
  filesInScope: readonly string[];
}

const linkMode = '120000';
const submoduleMode = '160000';

/** Finds changes of git's own files, ways out of the repository, submodules, and files that are not in scope. */
export function checkPaths({ changes, filesInScope }: PathsInput): GuardHit[] {
  return changes.flatMap((change) => {
    const problem = findProblem(change, filesInScope);
    return problem === null ? [] : [{ guard: 'paths', path: change.path, line: null, message: problem }];
  });
}

function findProblem(change: FileChange, filesInScope: readonly string[]): string | null {
  const paths = [...new Set([change.path, change.oldPath ?? change.path])];
  for (const path of paths) {
    if (leavesRepository(path)) return `The path ${path} is not inside the repository.`;
    if (hasGitInternals(path)) return `The path ${path} is one of git's own files, or would be on some file systems.`;
  }
  if (change.oldMode === submoduleMode || change.newMode === submoduleMode) {
    return `${change.path} is a submodule, whose content nobody here can check.`;
  }
  if (change.newMode === linkMode && change.kind !== 'deleted') {
    const problem = findLinkProblem(change);
    if (problem !== null) return problem;
  }
  const outside = paths.find((path) => !isInScope(path, filesInScope));
  return outside === undefined ? null : `The file ${outside} is not in scope.`;
}

function leavesRepository(path: string): boolean {
  return path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path) || splitPath(path).includes('..');
}

/** Also at backslashes, which separate folders on Windows. */
function splitPath(path: string): string[] {
  return path.split(/[\\/]/);
}

// macOS leaves these out when it compares names: zero-width characters, marks of direction, the byte order mark.
const ignoredCharacters = /\p{Default_Ignorable_Code_Point}/gu;

/** Whether a part of the path is `.git`, as any of the usual file systems reads it. */
function hasGitInternals(path: string): boolean {
  return splitPath(path).some((part) => {
    const plain = part.replaceAll(ignoredCharacters, '').toLowerCase();
    // Windows leaves out blanks and dots at the end and what stands behind a colon, and knows a short name.
    const [name = ''] = plain.split(':');
    return /^(?:\.git|git~\d{1,3})$/.test(withoutEnd(name));
  });
}

// Character by character: an expression for "these at the end" would look again from each of them.
function withoutEnd(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}

function findLinkProblem(change: FileChange): string | null {
  const target = change.lines
    .filter(({ type }) => type === 'added')
    .map(({ text }) => text)
    .join('\n');
  if (target === '') {
    const isMoved = change.oldPath !== null && change.oldPath !== change.path;
    return isMoved ? `The link ${change.path} was moved, so that it may lead somewhere else.` : null;
  }
  const leads = `The link ${change.path} leads`;
  if (/^(?:[\\/~]|[A-Za-z]:)/.test(target)) return `${leads} to an absolute path.`;
  if (hasGitInternals(target)) return `${leads} to one of git's own files.`;
  return staysInside(change.path, target) ? null : `${leads} out of the repository, or cannot be followed by its text.`;
}

function staysInside(path: string, target: string): boolean {
  const folders = path.split('/').length - 1;
  const parts = splitPath(target).filter((part) => part !== '' && part !== '.');
  const up = parts.findIndex((part) => part !== '..');
  const upCount = up === -1 ? parts.length : up;
  // A ".." behind a name goes up from wherever that name leads, which may be another link.
  return upCount <= folders && !parts.slice(upCount).includes('..');
}
