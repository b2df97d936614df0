import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the sample projects of the recorded outputs lay. */
export const sampleRoot = '/srv/sample';

/** The text of a recorded output. */
export function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');
}
