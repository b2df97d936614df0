import { Option, type Command } from 'commander';

import type { CommandContext } from './context.ts';
import { table } from './wording.ts';

/** What every command that lists something takes. */
export interface ListFlags {
  limit: number;
  cursor?: string;
  json?: true;
}

/** How a list is shown to a person. */
interface ListView<Item> {
  /** The sentence for an empty list. */
  none: string;
  heading: string[];
  row: (item: Item) => string[];
  /** Rows that stand below the one of an item. */
  details?: (item: Item) => string[][];
}

/** Adds the flags of a list. */
export function addListFlags(command: Command): Command {
  return command
    .addOption(new Option('--limit <number>', '1 to 100').argParser(Number).default(20))
    .option('--cursor <cursor>', 'the next page, as the page before named it')
    .option('--json', 'print JSON');
}

/** Prints one page of a list: as JSON, or as a table that says how the next page is had. */
export function printPage<Item>(
  { output }: CommandContext,
  { page, json }: { page: { items: Item[]; nextCursor: string | null }; json: boolean },
  { none, heading, row, details }: ListView<Item>,
): void {
  if (json) {
    output.json(page);
    return;
  }
  if (page.items.length === 0) {
    output.line(none);
    return;
  }
  const [head = '', ...lines] = table([heading, ...page.items.map(row)]);
  output.line(head);
  for (const [index, item] of page.items.entries()) {
    output.line(lines[index]);
    for (const line of table(details?.(item) ?? [])) output.line(`    ${line}`);
  }
  if (page.nextCursor !== null) output.line(`More: --cursor ${page.nextCursor}`);
}
