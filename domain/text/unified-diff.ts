import type { DiffStat } from '../work-orders/work-order.ts';

/**
 * Reads the output of `git diff --numstat`. Binary files ("-") count as files without lines.
 */
export function parseNumstat(text: string): DiffStat {
  const rows = text.split('\n').filter((line) => line !== '');
  return rows.reduce<DiffStat>(
    (total, row) => {
      const [added = '0', removed = '0'] = row.split('\t');
      return {
        files: total.files + 1,
        added: total.added + (Number.parseInt(added, 10) || 0),
        removed: total.removed + (Number.parseInt(removed, 10) || 0),
      };
    },
    { files: 0, added: 0, removed: 0 },
  );
}
