// How fast outputs are classified, beside a plain regular expression over the same text.
// Usage: npm run bench:failures [-- --json]   (--help)
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { classifyFailure } from '../domain/failures/classify-failure.ts';
import type { Stage } from '../domain/failures/step-output.ts';
import { median } from './bench-pipeline/figures.ts';

const root = join(import.meta.dirname, '..', 'tests', 'failures', 'recorded', 'development');
const usage = `Usage: npm run bench:failures [-- --json]

Classifies the recorded outputs again and again, and one output of 10 MB. --json prints one object as the last line.`;

const rounds = 7;
const characters = 10_000_000;

/** What many tools look for: one expression, every match of it. */
const plainScan = /^.*(?:error|fail(?:ed|ure)?|fatal|exception|not found|cannot|timed out|denied|refused).*$/gim;

interface Sample {
  stage: Stage;
  output: string;
}

function readSamples(): Sample[] {
  return readdirSync(root).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.txt'))
      .map((name) => ({ stage: 'test' as const, output: readFileSync(join(root, folder, name), 'utf8') })),
  );
}

function milliseconds(work: () => void): number {
  const startedAtMs = performance.now();
  work();
  return performance.now() - startedAtMs;
}

function classify({ stage, output }: Sample): void {
  classifyFailure({ stage, exitCode: 1, timedOut: false, output });
}

function scan({ output }: Sample): number {
  return output.match(plainScan)?.length ?? 0;
}

/** Everything that was recorded, over and over up to 10 MB: as many findings as a log can have. */
function longSample(samples: readonly Sample[]): Sample {
  const all = samples.map(({ output }) => output).join('\n');
  return { stage: 'test', output: all.repeat(Math.ceil(characters / all.length)).slice(0, characters) };
}

function measure() {
  const samples = readSamples();
  const long = longSample(samples);
  const megabytes = samples.reduce((sum, { output }) => sum + output.length, 0) / 1_000_000;
  const times = { each: [] as number[], eachPlain: [] as number[], long: [] as number[], longPlain: [] as number[] };
  samples.forEach(classify);
  // Interleaved, so that what else the machine does falls on both sides.
  for (let round = 0; round < rounds; round += 1) {
    times.each.push(milliseconds(() => samples.forEach(classify)));
    times.eachPlain.push(milliseconds(() => samples.forEach(scan)));
    times.long.push(milliseconds(() => classify(long)));
    times.longPlain.push(milliseconds(() => void scan(long)));
  }
  const eachMs = median(times.each);
  const figure = (name: string, value: number, unit: string) => ({ name, value: Math.round(value * 100) / 100, unit });
  return [
    figure('scan-10mb', median(times.long), 'ms'),
    figure('plain-scan-10mb', median(times.longPlain), 'ms'),
    figure('outputs-per-second', (samples.length / eachMs) * 1_000, 'outputs/s'),
    figure('megabytes-per-second', (megabytes / eachMs) * 1_000, 'MB/s'),
    figure('plain-megabytes-per-second', (megabytes / median(times.eachPlain)) * 1_000, 'MB/s'),
    figure('outputs', samples.length, 'outputs'),
  ];
}

const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } });
if (values.help === true) console.log(usage);
else {
  const figures = measure();
  if (values.json === true) console.log(JSON.stringify({ bench: 'failures', figures }));
  else for (const { name, value, unit } of figures) console.log(`${name.padEnd(28)} ${value} ${unit}`);
}
