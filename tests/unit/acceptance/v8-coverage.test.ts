import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readV8Coverage } from '../../../domain/acceptance/v8-coverage.ts';
import { processorMsOf } from '../../support/processor-time.ts';

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'ratchet-test-v8-')));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What Node writes while it runs a program; the last file begins. */
async function run(files: Record<string, string>, calls: readonly string[][] = [[]]): Promise<string[]> {
  const reports = await mkdtemp(join(root, 'reports-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const main = Object.keys(files).at(-1) ?? '';
  for (const args of calls) {
    const env = { NODE_V8_COVERAGE: reports };
    await promisify(execFile)(process.execPath, [join(root, main), ...args], { env });
  }
  return Promise.all((await readdir(reports)).map((name) => readFile(join(reports, name), 'utf8')));
}

const typed = [
  '/** Says what kind of number it is. */',
  'export interface Kind {',
  '  name: string;',
  '}',
  '',
  'export function kindOf(value: number): Kind {',
  '  if (value < 0) {',
  "    return { name: 'negative' };",
  '  }',
  "  // What is left is not below it: '{'",
  "  return { name: 'positive' };",
  '}',
  '',
  'export function never(): string {',
  "  return 'never';",
  '}',
  '',
].join('\n');
const caller = "import { kindOf } from './kind of.ts';\nkindOf(Number(process.argv[2] ?? 1));\n";
const files = { 'src/kind of.ts': typed, 'src/main.ts': caller };
const path = 'src/kind of.ts';
const sources = new Map([[path, typed]]);
const hitsIn = (texts: string[], asked = sources) =>
  Object.fromEntries(
    Array.from(readV8Coverage(texts, asked, root).get(path) ?? [], ([line, hits]) => [line, hits > 0]),
  );

describe('the coverage that Node writes by itself', () => {
  it('tells for each line with code whether it ran, also of a file whose types were taken away', async () => {
    expect(hitsIn(await run(files))).toEqual({
      ...{ 2: true, 3: true, 6: true, 7: true, 8: false },
      ...{ 11: true, 14: false, 15: false },
    });
  });

  it('is that of all processes together', async () => {
    const texts = await run(files, [['1'], ['-1']]);
    expect(texts).toHaveLength(2);
    expect(hitsIn(texts)).toMatchObject({ 8: true, 11: true, 15: false });
  });

  it('is told of the files alone that are asked about', async () => {
    expect([...readV8Coverage(await run(files), sources, root).keys()]).toEqual([path]);
    expect(readV8Coverage(await run(files), sources, '/elsewhere').size).toBe(0);
  });

  it('is unknown where the text that ran is another one: its lines are not those of the file', async () => {
    expect(hitsIn(await run(files), new Map([[path, `${typed}// longer\n`]]))).toEqual({});
  });

  it('is unknown where a report is cut off, and what the others say stays', async () => {
    const [text = ''] = await run(files);
    expect(hitsIn([text.slice(0, -20)])).toEqual({});
    expect(hitsIn([text.slice(0, -20), text])).toMatchObject({ 7: true });
  });

  it('takes no time worth mentioning, and never throws, whatever a test program wrote there', () => {
    const url = `file://${root}/src/kind%20of.ts`;
    const whole = { startOffset: 0, endOffset: typed.length, count: 1 };
    const many = Array.from({ length: 300_000 }, () => whole);
    const manyRanges = JSON.stringify({ result: [{ url, functions: [{ ranges: many }] }] });
    const script = JSON.stringify({ url, functions: [{ ranges: [whole, whole] }] });
    const manyScripts = `{"result":[${Array.from({ length: 300_000 }, () => script).join(',')}]}`;
    const takenMs = processorMsOf(() => {
      hitsIn([manyRanges]);
      hitsIn([manyScripts]);
    });
    expect(takenMs).toBeLessThan(6_000);
    const range = fc.record({ startOffset: fc.anything(), endOffset: fc.double(), count: fc.anything() });
    const anyScript = fc.record({
      url: fc.constantFrom(url, 5),
      functions: fc.oneof(
        fc.anything(),
        fc.array(fc.record({ ranges: fc.array(fc.oneof(range, fc.constant(whole))) })),
      ),
    });
    fc.assert(
      fc.property(fc.record({ result: fc.array(anyScript) }), (report) => {
        const lines = typed.split('\n').length;
        const found = readV8Coverage([JSON.stringify(report)], sources, root).get(path) ?? new Map<number, number>();
        for (const line of found.keys()) expect(line).toBeLessThanOrEqual(lines);
      }),
    );
  });
});
