import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');

const reportSchema = z.object({
  diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })),
  number_of_files: z.number(),
});

const lines = (count: number) => 'export {};\n'.padEnd(11 + count * 10, '// a line\n');
const longFunction = `export function long(): void {\n${'  console.log(1);\n'.repeat(61)}}\n`;
const branches = Array.from({ length: 13 }, (_, index) => `if (n === ${index}) return ${index};`).join('\n');

const planted: { rule: string; file: string; code: string }[] = [
  { rule: 'house(no-process-env)', file: 'prisma/client.ts', code: `export const a = process.env['A'];` },
  { rule: 'house(no-process-env)', file: 'prisma/client.ts', code: `export const { env } = process;` },
  {
    rule: 'house(no-process-env)',
    file: 'prisma/client.ts',
    code: `import { env } from 'node:process'; console.log(env);`,
  },
  { rule: 'house(no-process-env)', file: 'prisma/client.ts', code: `export const e = globalThis.process.env;` },
  {
    rule: 'house(no-child-process)',
    file: 'platform/config.ts',
    code: `import { spawn } from 'node:child_process'; spawn('a');`,
  },
  {
    rule: 'house(no-child-process)',
    file: 'platform/config.ts',
    code: `import { fork } from 'child_process'; fork('a');`,
  },
  {
    rule: 'house(no-child-process)',
    file: 'platform/config.ts',
    code: `export const a = await import('node:child_process');`,
  },
  {
    rule: 'house(no-child-process)',
    file: 'platform/config.ts',
    code: `export const a = process.getBuiltinModule('node:child_process');`,
  },
  {
    rule: 'house(no-prisma-client)',
    file: 'prisma/migrate.ts',
    code: `import { PrismaClient } from './generated/client.ts'; export const a = new PrismaClient({} as never);`,
  },
  { rule: 'house(no-default-export)', file: 'platform/config.ts', code: 'export default 1;' },
  { rule: 'house(no-default-export)', file: 'platform/config.ts', code: 'const a = 1; export { a as default };' },
  { rule: 'house(no-barrel)', file: 'platform/config.ts', code: `export * from './logger.ts';` },
  { rule: 'house(no-barrel)', file: 'platform/config.ts', code: `export { createLogger } from './logger.ts';` },
  {
    rule: 'house(workflow-imports)',
    file: 'workflows/contract.ts',
    code: `import { readFileSync } from 'node:fs'; readFileSync('a');`,
  },
  { rule: 'house(workflow-imports)', file: 'workflows/contract.ts', code: `import { z } from 'zod'; z.string();` },
  {
    rule: 'house(workflow-imports)',
    file: 'workflows/contract.ts',
    code: `import { Client } from '@temporalio/client'; new Client();`,
  },
  {
    rule: 'house(no-child-process)',
    file: 'workflows/contract.ts',
    code: `import { spawn } from 'node:child_process'; spawn('a');`,
  },
  { rule: 'house(no-process-env)', file: 'workflows/contract.ts', code: `export const a = process.env['A'];` },
  {
    rule: 'house(explained-disable)',
    file: 'platform/config.ts',
    code: `// oxlint-disable-next-line eqeqeq\nexport const a = (b: string) => b == 'c';`,
  },
  { rule: 'eslint(max-lines)', file: 'platform/config.ts', code: lines(301) },
  { rule: 'eslint(max-lines-per-function)', file: 'platform/config.ts', code: longFunction },
  {
    rule: 'eslint(max-params)',
    file: 'platform/config.ts',
    code: 'export const f = (a: number, b: number, c: number, d: number) => a + b + c + d;',
  },
  {
    rule: 'eslint(complexity)',
    file: 'platform/config.ts',
    code: `export function f(n: number): number {\n${branches}\nreturn 0;\n}`,
  },
  {
    rule: 'typescript(no-floating-promises)',
    file: 'platform/config.ts',
    code: `export function f(): void { Promise.resolve(1); }`,
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    file: 'platform/config.ts',
    code: `export function f(a: 'x' | 'y'): void { switch (a) { case 'x': console.log(a); } }`,
  },
  {
    rule: 'typescript(consistent-type-imports)',
    file: 'platform/config.ts',
    code: `import { Failure } from '../domain/failures/failure-class.ts'; export const a = (b: Failure) => b;`,
  },
  { rule: 'typescript(no-explicit-any)', file: 'platform/config.ts', code: 'export const f = (a: any) => a;' },
  { rule: 'typescript(TS2304)', file: 'tools/cache.mjs', code: 'export const a = window;' },
  { rule: 'typescript(TS2322)', file: 'platform/config.ts', code: `export const a: number = 'b';` },
  { rule: 'typescript(TS2322)', file: 'tools/cache.mjs', code: `/** @type {number} */\nexport const a = 'b';` },
  {
    rule: 'typescript(no-floating-promises)',
    file: 'tools/cache.mjs',
    code: `export function f() { Promise.resolve(1); }`,
  },
  { rule: 'house(no-process-env)', file: 'tools/cache.mjs', code: 'export const a = process.env;' },
];

const allowed: { file: string; code: string }[] = [
  { file: 'platform/config.ts', code: `export const a = process.env['A'];` },
  { file: 'tools/environment.mjs', code: `export const a = process.env['A'];` },
  { file: 'tools/cache.mjs', code: `import { spawn } from 'node:child_process';\nspawn('a');` },
  {
    file: 'platform/config.ts',
    code: `import type { ChildProcess } from 'node:child_process';\nexport const f = (a: ChildProcess) => a.pid;`,
  },
  {
    file: 'prisma/client.ts',
    code: `import { PrismaClient } from './generated/client.ts';\nexport const a = new PrismaClient({} as never);`,
  },
  {
    file: 'workflows/contract.ts',
    code: `import { sleep } from '@temporalio/workflow';\nexport const a = () => sleep(1);`,
  },
  { file: 'prisma.config.ts', code: 'export default 1;' },
];

const texts = [...planted, ...allowed];
let place: string;
/** What the linter says of each of the texts, by its place in the list. */
let found: string[][];

/** A project of its own for each text, under the rules, the compiler options and the packages of this one. */
function writeProjects(): void {
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  // Of all projects together: the types of the packages are read once.
  copyFileSync(join(root, 'tsconfig.json'), join(place, 'tsconfig.json'));
  for (const [index, { file, code }] of texts.entries()) {
    const project = join(place, String(index));
    mkdirSync(dirname(join(project, file)), { recursive: true });
    copyFileSync(join(root, '.oxlintrc.json'), join(project, '.oxlintrc.json'));
    // Of one file: the linter takes rules of one name from one place alone.
    symlinkSync(join(root, 'lint-rules.mjs'), join(project, 'lint-rules.mjs'));
    mkdirSync(join(project, 'prisma'), { recursive: true });
    symlinkSync(join(root, 'prisma/generated'), join(project, 'prisma/generated'));
    writeFileSync(join(project, file), code);
  }
}

/** The command of `npm run check:lint`. */
async function lint(): Promise<z.infer<typeof reportSchema>> {
  const program = join(root, 'node_modules/oxlint/bin/oxlint');
  const args = [
    program,
    '--type-aware',
    '--type-check',
    '--format',
    'json',
    ...texts.map((_text, index) => `${index}/`),
  ];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: place, maxBuffer: 2 ** 26 }, (_error, stdout) => resolve(stdout));
  });
  return reportSchema.parse(JSON.parse(output));
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'ratchet-lint-'));
  writeProjects();
  const report = await lint();
  expect(report.number_of_files).toBeGreaterThanOrEqual(texts.length);
  found = texts.map(({ file }, index) =>
    report.diagnostics
      .filter(
        ({ filename }) => filename.endsWith(`${index}${sep}${file}`) && filename.split(sep).includes(String(index)),
      )
      .map(({ code }) => code),
  );
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('the lint rules of the house', () => {
  it.each(planted.map((text, index) => ({ ...text, index })))('find $rule in $file: $code', ({ rule, index }) => {
    expect(found[index]).toContain(rule);
  });

  it.each(allowed.map((text, index) => ({ ...text, index: planted.length + index })))(
    'let $file through: $code',
    ({ index }) => {
      expect(found[index]).toEqual([]);
    },
  );
});
