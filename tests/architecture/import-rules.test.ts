import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { listFiles } from '../../tools/clone-files.mjs';

const root = join(import.meta.dirname, '../..');
const configuration = 'dependency-cruiser.config.mjs';
const cruiser = join(root, 'node_modules/.bin/depcruise');
const foldersOfCheck = packageJson.scripts['check:imports'].split(' ').slice(3);

interface Report {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
}

async function cruise(folder: string, folders: string[]): Promise<Report> {
  const options = ['--config', configuration, '--output-type', 'json', ...folders];
  // It exits with the number of violations; what counts stands in its output.
  const run = promisify(execFile)(process.execPath, [cruiser, ...options], { cwd: folder, maxBuffer: 64 * 1024 ** 2 });
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as Report;
}

function violationsOf(report: Report): string[] {
  return report.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
}

/** Repositories of their own, and what runs alone in an image. */
const foldersWithoutRules = ['docker', 'examples'];

describe('the check of the imports', () => {
  it('reads every folder with code', async () => {
    const files = (await listFiles(root)) ?? expect.fail('git does not know the files');
    const withCode = new Set(files.flatMap((path) => /^(\w+)\/.*\.(?:ts|mjs)$/.exec(path)?.[1] ?? []));
    expect([...foldersOfCheck, ...foldersWithoutRules].sort()).toEqual([...withCode].sort());
  });
});

/** A folder, what a file in it imports, and the rule that must object. */
const planted: { rule: string; file: string; code: string }[] = [
  { rule: 'domain-is-pure', file: 'domain/planted-built-in.ts', code: `import 'node:fs';` },
  {
    rule: 'domain-is-pure',
    file: 'domain/planted-type.ts',
    code: `import type { Target } from '../platform/target.ts';`,
  },
  { rule: 'platform-imports', file: 'platform/planted.ts', code: `import '../prisma/target.ts';` },
  { rule: 'prisma-imports', file: 'prisma/planted.ts', code: `import '../activities/target.ts';` },
  { rule: 'workflows-imports', file: 'workflows/planted-built-in.ts', code: `import 'node:crypto';` },
  { rule: 'workflows-imports', file: 'workflows/planted-package.ts', code: `import { z } from 'zod';` },
  { rule: 'workflows-imports', file: 'workflows/planted-platform.ts', code: `import '../platform/target.ts';` },
  {
    rule: 'workflows-know-types-of-activities',
    file: 'workflows/planted-activity.ts',
    code: `import { target } from '../activities/target.ts';`,
  },
  { rule: 'activities-imports', file: 'activities/planted-workflow.ts', code: `import '../workflows/target.ts';` },
  { rule: 'activities-imports', file: 'activities/planted-tool.ts', code: `import '../tools/target.mjs';` },
  {
    rule: 'activities-start-processes-in-three-places',
    file: 'activities/gates/planted.ts',
    code: `import '../../tools/guarded-process.mjs';`,
  },
  { rule: 'worker-imports', file: 'worker/planted.ts', code: `import '../workflows/target.ts';` },
  { rule: 'worker-imports', file: 'worker/planted-api.ts', code: `import '../api/target.ts';` },
  { rule: 'api-imports', file: 'api/planted.ts', code: `import '../activities/target.ts';` },
  {
    rule: 'api-imports',
    file: 'api/planted-type.ts',
    code: `import type { Target } from '../activities/target.ts';`,
  },
  { rule: 'cli-imports', file: 'cli/planted.ts', code: `import '../domain/target.ts';` },
  { rule: 'web-imports', file: 'web/planted.ts', code: `import '../domain/target.ts';` },
  { rule: 'tools-need-nothing-installed', file: 'tools/planted-package.mjs', code: `import 'zod';` },
  { rule: 'tools-need-nothing-installed', file: 'tools/planted.mjs', code: `import '../platform/target.ts';` },
  { rule: 'scripts-imports', file: 'scripts/planted.ts', code: `import '../workflows/target.ts';` },
  { rule: 'resolvable', file: 'worker/planted-missing.ts', code: `import './missing.ts';` },
  { rule: 'no-orphans', file: 'worker/planted-orphan.ts', code: `export const orphan = 1;` },
  { rule: 'no-circular', file: 'worker/planted-one.ts', code: `import './planted-two.ts';` },
  { rule: 'no-development-packages', file: 'api/planted-development.ts', code: `import { it } from 'vitest';` },
];

const allowed: Record<string, string> = {
  'worker/planted-two.ts': `import './planted-one.ts';`,
  'workflows/types.ts': `import type { Target } from '../activities/target.ts';`,
  'activities/contract.ts': `import '../workflows/contract.ts';\nimport '../domain/target.ts';\nimport 'node:fs';`,
  'activities/git/guarded.ts': `import '../../tools/guarded-process.mjs';`,
  'tools/guarded-process.mjs': `import './target.mjs';`,
  'api/contract.ts': `import '../workflows/contract.ts';\nimport '../prisma/target.ts';\nimport '../platform/target.ts';`,
  'worker/compose.ts': `import '../activities/target.ts';\nimport '../workflows/contract.ts';`,
  'cli/tool.ts': `import '../tools/target.mjs';`,
  'tools/built-in.mjs': `import 'node:fs';`,
  'scripts/everything.ts': `import '../api/target.ts';\nimport '../worker/compose.ts';\nimport '../workflows/contract.ts';`,
  'tests/everything.ts': `import '../workflows/target.ts';\nimport '../api/target.ts';`,
  'workflows/contract.ts': `import '../domain/target.ts';`,
};

const folders = ['domain', 'platform', 'prisma', 'workflows', 'activities', 'worker', 'api', 'cli', 'web', 'tools'];

describe('the import rules', () => {
  let folder: string;
  let report: Report;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ratchet-imports-'));
    const target = 'export interface Target {}\nexport const target = 1;\n';
    const targets = folders.map((name) => [`${name}/target.${name === 'tools' ? 'mjs' : 'ts'}`, target] as const);
    const plants = planted.map(({ file, code }) => [file, code] as const);
    for (const [file, code] of [...targets, ...plants, ...Object.entries(allowed)]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), file === 'tools/target.mjs' ? 'export const target = 1;\n' : code);
    }
    for (const file of [configuration, 'tsconfig.json', 'package.json']) await cp(join(root, file), join(folder, file));
    await mkdir(join(folder, 'node_modules/vitest'), { recursive: true });
    await writeFile(join(folder, 'node_modules/vitest/package.json'), '{ "name": "vitest", "main": "index.js" }');
    await writeFile(join(folder, 'node_modules/vitest/index.js'), '');
    report = await cruise(folder, [...folders, 'scripts', 'tests']);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(planted)('find $file ($rule)', ({ rule, file }) => {
    const found = report.summary.violations.filter(({ from }) => from === file).map((violation) => violation.rule.name);
    expect(found).toContain(rule);
  });

  it('let through what the table allows', () => {
    const files = Object.keys(allowed).filter((file) => file !== 'worker/planted-two.ts');
    expect(violationsOf(report).filter((line) => files.some((file) => line.includes(`: ${file} ->`)))).toEqual([]);
  });
});
