// Runs every benchmark of package.json (`bench:NAME`) and writes docs/benchmarks.md from what they measured.
// Usage: npm run bench   (--help)
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { hostEnvironment } from '../tools/environment.mjs';
import { runGuarded } from '../tools/guarded-process.mjs';

const root = join(import.meta.dirname, '..');
const usage = `Usage: npm run bench [-- --only NAME]

Runs the benchmarks one after the other and writes docs/benchmarks.md. --only runs a single one and writes nothing.`;

const reportSchema = z.object({
  bench: z.string(),
  figures: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
});
type Report = z.infer<typeof reportSchema>;

const packageSchema = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

async function readPackage(): Promise<z.infer<typeof packageSchema>> {
  return packageSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
}

/** Runs one benchmark. Its last line of output is its report. */
async function runBenchmark(name: string): Promise<Report> {
  console.log(`bench:${name} runs; it can take minutes`);
  const result = await runGuarded({
    command: 'npm',
    args: ['run', '--silent', `bench:${name}`, '--', '--json'],
    cwd: root,
    env: hostEnvironment(),
    onOutput: (text, stream) => {
      if (stream === 'stderr') process.stderr.write(text);
    },
  });
  if (result.exitCode !== 0) throw new Error(`bench:${name} failed: ${result.stderr.slice(-2_000)}`);
  return reportSchema.parse(JSON.parse(result.stdout.trim().split('\n').at(-1) ?? ''));
}

function toMarkdown(reports: readonly Report[], temporalVersion: string): string {
  const [first] = cpus();
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  const rows = reports.flatMap(({ bench, figures }) =>
    figures.map(({ name, value, unit }) => `| ${bench} | ${name} | ${value} | ${unit} |`),
  );
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench`; not edited by hand. Each line is measured by `npm run bench:<bench>`.',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${type()}, ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${memoryGb} GB,`,
    `Node ${process.versions.node}, Temporal SDK ${temporalVersion}.`,
    '',
    '| bench | figure | value | unit |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

async function main(only: string | undefined): Promise<void> {
  const { scripts, dependencies } = await readPackage();
  const names = Object.keys(scripts).flatMap((name) => (name.startsWith('bench:') ? [name.slice(6)] : []));
  if (only !== undefined) {
    console.log(JSON.stringify(await runBenchmark(only)));
    return;
  }
  const reports: Report[] = [];
  for (const name of names) reports.push(await runBenchmark(name));
  const file = join(root, 'docs/benchmarks.md');
  await writeFile(file, toMarkdown(reports, dependencies['@temporalio/worker'] ?? 'unknown'));
  console.log(`Wrote ${file}`);
}

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, only: { type: 'string' } } });
if (values.help === true) console.log(usage);
else await main(values.only);
