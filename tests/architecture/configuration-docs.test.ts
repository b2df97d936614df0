import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { environmentSchema } from '../../platform/config.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)`\s*\| (\S.*?)\s*\| (\S.*?)\s*\|$/gm)];
const defaults = Object.fromEntries(rows.map((row) => [row[1]!, row[2]!]));

/** The default as the page writes it, taken from what the schema does with an absent variable. */
function defaultInCode(name: keyof typeof environmentSchema.shape): string {
  const parsed = environmentSchema.shape[name].safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return 'none';
  if (Array.isArray(parsed.data) && parsed.data.length === 0) return 'none';
  if (Array.isArray(parsed.data)) return `\`${parsed.data.join(',')}\``;
  if (typeof parsed.data === 'object') return 'see below';
  return parsed.data === '' ? 'empty' : `\`${parsed.data}\``;
}

describe('docs/configuration.md', () => {
  it('explains every setting once, and nothing that is not read', () => {
    expect(rows.map((row) => row[1]!)).toEqual(Object.keys(environmentSchema.shape));
  });

  it.each(Object.keys(environmentSchema.shape) as (keyof typeof environmentSchema.shape)[])(
    'gives the real default of %s',
    (name) => {
      // Where the program is called by its bare name when nothing says otherwise.
      const expected = name === 'AIDER_PATH' ? '`aider`' : defaultInCode(name);
      expect(defaults[name]).toBe(expected);
    },
  );
});
