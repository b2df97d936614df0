import type { DiffLine, FileChange } from '../../../domain/text/unified-diff.ts';

/** A change as a test writes it: both texts, null where the file is not. Common lines at both ends are left out. */
export function changeOf(path: string, before: string | null, after: string | null): FileChange {
  const old = before === null ? [] : before.split('\n');
  const now = after === null ? [] : after.split('\n');
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const removed = old
    .slice(start, old.length - end)
    .map((text, index): DiffLine => ({ type: 'removed', text, oldLine: start + index + 1, newLine: null }));
  const added = now
    .slice(start, now.length - end)
    .map((text, index): DiffLine => ({ type: 'added', text, oldLine: null, newLine: start + index + 1 }));
  return { ...sidesOf(path, before !== null, after !== null), isBinary: false, lines: [...removed, ...added] };
}

function sidesOf(path: string, wasThere: boolean, isThere: boolean): Omit<FileChange, 'isBinary' | 'lines'> {
  return {
    path,
    oldPath: wasThere ? path : null,
    kind: wasThere ? (isThere ? 'modified' : 'deleted') : 'added',
    oldMode: wasThere ? '100644' : null,
    newMode: isThere ? '100644' : null,
  };
}
