import { join } from 'node:path';

import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * The planted text changes from test to test. With `CI=true` the parser would otherwise take this for a single run and
 * go on with the types of the files as they are on disk.
 */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
});

/** The text is planted in place of a file that exists, since only files of the project have types. */
async function lint(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return result!.messages.map((message) => message.ruleId ?? message.message);
}

const lines = (count: number) => 'export {};\n'.padEnd(11 + count * 10, '// a line\n');
const longFunction = `export function long(): void {\n${'  console.log(1);\n'.repeat(61)}}\n`;
const branches = Array.from({ length: 13 }, (_, index) => `if (n === ${index}) return ${index};`).join('\n');

const planted: { rule: string; file: string; code: string }[] = [
  { rule: 'house/no-process-env', file: 'prisma/client.ts', code: `export const a = process.env['A'];` },
  { rule: 'house/no-process-env', file: 'prisma/client.ts', code: `export const { env } = process;` },
  {
    rule: 'house/no-process-env',
    file: 'prisma/client.ts',
    code: `import { env } from 'node:process'; console.log(env);`,
  },
  { rule: 'house/no-process-env', file: 'prisma/client.ts', code: `export const e = globalThis.process.env;` },
  {
    rule: 'house/no-child-process',
    file: 'platform/config.ts',
    code: `import { spawn } from 'node:child_process'; spawn('a');`,
  },
  {
    rule: 'house/no-child-process',
    file: 'platform/config.ts',
    code: `import { fork } from 'child_process'; fork('a');`,
  },
  {
    rule: 'house/no-child-process',
    file: 'platform/config.ts',
    code: `export const a = await import('node:child_process');`,
  },
  {
    rule: 'house/no-child-process',
    file: 'platform/config.ts',
    code: `export const a = process.getBuiltinModule('node:child_process');`,
  },
  {
    rule: 'house/no-prisma-client',
    file: 'prisma/migrate.ts',
    code: `import { PrismaClient } from './generated/client.ts'; export const a = new PrismaClient({} as never);`,
  },
  { rule: 'house/no-default-export', file: 'platform/config.ts', code: 'export default 1;' },
  { rule: 'house/no-default-export', file: 'platform/config.ts', code: 'const a = 1; export { a as default };' },
  { rule: 'house/no-barrel', file: 'platform/config.ts', code: `export * from './logger.ts';` },
  { rule: 'house/no-barrel', file: 'platform/config.ts', code: `export { createLogger } from './logger.ts';` },
  {
    rule: 'house/workflow-imports',
    file: 'workflows/contract.ts',
    code: `import { readFileSync } from 'node:fs'; readFileSync('a');`,
  },
  { rule: 'house/workflow-imports', file: 'workflows/contract.ts', code: `import { z } from 'zod'; z.string();` },
  {
    rule: 'house/workflow-imports',
    file: 'workflows/contract.ts',
    code: `import { Client } from '@temporalio/client'; new Client();`,
  },
  {
    rule: 'house/no-child-process',
    file: 'workflows/contract.ts',
    code: `import { spawn } from 'node:child_process'; spawn('a');`,
  },
  { rule: 'house/no-process-env', file: 'workflows/contract.ts', code: `export const a = process.env['A'];` },
  {
    rule: 'house/explained-disable',
    file: 'platform/config.ts',
    code: `// eslint-disable-next-line eqeqeq\nexport const a = (b: string) => b == 'c';`,
  },
  { rule: 'max-lines', file: 'platform/config.ts', code: lines(301) },
  { rule: 'max-lines-per-function', file: 'platform/config.ts', code: longFunction },
  {
    rule: 'max-params',
    file: 'platform/config.ts',
    code: 'export const f = (a: number, b: number, c: number, d: number) => a + b + c + d;',
  },
  {
    rule: 'complexity',
    file: 'platform/config.ts',
    code: `export function f(n: number): number {\n${branches}\nreturn 0;\n}`,
  },
  {
    rule: '@typescript-eslint/no-floating-promises',
    file: 'platform/config.ts',
    code: `export function f(): void { Promise.resolve(1); }`,
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    file: 'platform/config.ts',
    code: `export function f(a: 'x' | 'y'): void { switch (a) { case 'x': console.log(a); } }`,
  },
  {
    rule: '@typescript-eslint/consistent-type-imports',
    file: 'platform/config.ts',
    code: `import { Failure } from '../domain/failures/failure-class.ts'; export const a = (b: Failure) => b;`,
  },
  { rule: '@typescript-eslint/no-explicit-any', file: 'platform/config.ts', code: 'export const f = (a: any) => a;' },
  { rule: 'no-undef', file: 'tools/cache.mjs', code: 'export const a = window;' },
  {
    rule: '@typescript-eslint/no-floating-promises',
    file: 'tools/cache.mjs',
    code: `export function f() { Promise.resolve(1); }`,
  },
  { rule: 'house/no-process-env', file: 'tools/cache.mjs', code: 'export const a = process.env;' },
];

const allowed: { file: string; code: string }[] = [
  { file: 'platform/config.ts', code: `export const a = process.env['A'];` },
  { file: 'tools/environment.mjs', code: 'export const a = process.env.A;' },
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

describe('the lint rules of the house', () => {
  beforeAll(async () => {
    await lint('platform/config.ts', '');
  }, 120_000);

  it.each(planted)('find $rule in $file: $code', { timeout: 60_000 }, async ({ rule, file, code }) => {
    expect(await lint(file, code)).toContain(rule);
  });

  it.each(allowed)('let $file through: $code', { timeout: 60_000 }, async ({ file, code }) => {
    expect(await lint(file, code)).toEqual([]);
  });
});
