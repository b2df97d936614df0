/** Measures the pipeline: the engine beside a bare workflow, a real order, many orders at once, large repositories. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import {
  figureDefinitions,
  figureNames,
  fullAmounts,
  quickAmounts,
  say,
  type Amounts,
  type BenchPart,
  type FigureName,
  type Measured,
} from './bench-pipeline/figures.ts';

// Loaded when they are wanted: `--help` needs neither servers nor their libraries.
const measures: Record<BenchPart, (amounts: Amounts) => Promise<Measured>> = {
  engine: async (amounts) => (await import('./bench-pipeline/engine-overhead.ts')).measureEngineOverhead(amounts),
  workspace: async (amounts) => (await import('./bench-pipeline/workspace.ts')).measureWorkspace(amounts),
  sample: async (amounts) => (await import('./bench-pipeline/sample-order.ts')).measureSampleOrder(amounts),
  growth: async (amounts) => (await import('./bench-pipeline/growth.ts')).measureGrowth(amounts),
  orders: async (amounts) => (await import('./bench-pipeline/order-batch.ts')).measureOrderBatch(amounts),
};

const usage = `Usage: npm run bench:pipeline [-- --only NAME,NAME] [-- --quick] [-- --json]

Measures on servers, workers and repositories of its own, and ends them all:
${figureNames.map((name) => `  ${name}${describeGoal(name)}\n      ${figureDefinitions[name].meaning}`).join('\n')}
--only   measures the figures that are named, and what is measured in the same go
--quick  with tiny numbers: shows that everything works, and its figures mean nothing
--json   prints the figures as the last line of standard output
Exit code 1 when a part fails; an order that is lost, doubled or starved is such a failure.`;

function describeGoal(name: FigureName): string {
  const { goal, unit } = figureDefinitions[name];
  return goal === null ? ` (${unit})` : ` (${unit}, goal: at most ${goal})`;
}

/** @returns a sentence when a name is none of ours */
function chooseFigures(only: string | undefined): FigureName[] | string {
  if (only === undefined) return figureNames;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !(figureNames as string[]).includes(name));
  if (unknown !== undefined) return `There is no figure ${unknown}. There are: ${figureNames.join(', ')}.`;
  return figureNames.filter((name) => wanted.includes(name));
}

async function measureAll(
  names: readonly FigureName[],
  amounts: Amounts,
): Promise<{ measured: Measured; failed: boolean }> {
  const wanted = new Set<BenchPart>(names.map((name) => figureDefinitions[name].part));
  let measured: Measured = {};
  let failed = false;
  for (const part of (Object.keys(measures) as BenchPart[]).filter((one) => wanted.has(one))) {
    try {
      measured = { ...measured, ...(await measures[part](amounts)) };
    } catch (error) {
      // The other parts are worth their time even so.
      failed = true;
      say(`${part}: FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { measured, failed };
}

async function main(names: readonly FigureName[], isQuick: boolean, isJson: boolean): Promise<number> {
  say(`load of this machine before: ${loadavg()[0]?.toFixed(1) ?? '?'} on ${cpus().length} cores`);
  const { measured, failed } = await measureAll(names, isQuick ? quickAmounts : fullAmounts);
  const figures = names.flatMap((name) => {
    const value = measured[name];
    return value === undefined
      ? []
      : [{ name, value: Number(value.toPrecision(3)), unit: figureDefinitions[name].unit }];
  });
  for (const { name, value, unit } of figures) {
    const { goal } = figureDefinitions[name];
    const verdict = goal === null || isQuick ? '' : `, goal at most ${goal}: ${value <= goal ? 'met' : 'NOT MET'}`;
    console.log(`${name.padEnd(26)} ${value} ${unit}${verdict}`);
  }
  if (isQuick) say('These are figures of a quick run: they mean nothing.');
  if (isJson) console.log(JSON.stringify({ bench: 'pipeline', figures }));
  return failed ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    only: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});
const chosen = chooseFigures(values.only);
if (values.help === true) {
  console.log(usage);
} else if (typeof chosen === 'string') {
  say(chosen);
  process.exitCode = 2;
} else {
  process.exitCode = await main(chosen, values.quick === true, values.json === true);
}
