/** Measures the HTTP API beside a bare Fastify route that does the same query, and with a million orders in the table. */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { figureDefinitions, figureNames, type FigureName, type Measured } from './bench-api/figures.ts';

const usage = `Usage: npm run bench:api [-- --quick] [-- --json]

Starts a PostgreSQL, the API and a bare server on it, each in a process of its own, and asks them in turn:
${figureNames.map((name) => `  ${name} (${figureDefinitions[name].unit}${goalOf(name)})\n      ${figureDefinitions[name].meaning}`).join('\n')}
--quick  with tiny numbers: shows that everything works, and its figures mean nothing
--json   prints the figures as the last line of standard output`;

function goalOf(name: FigureName): string {
  const { goal } = figureDefinitions[name];
  return goal === null ? '' : `, goal: at most ${String(goal)}`;
}

async function measure(isQuick: boolean): Promise<Measured> {
  const { startBenchApi } = await import('./bench-api/servers.ts');
  const { fullAmounts, measureApi, quickAmounts } = await import('./bench-api/measure.ts');
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-bench-api-'));
  const servers = await startBenchApi(folder);
  try {
    return await measureApi(servers, isQuick ? quickAmounts : fullAmounts);
  } finally {
    await servers.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' }, quick: { type: 'boolean' }, json: { type: 'boolean' } },
});
if (values.help === true) {
  console.log(usage);
} else {
  process.stderr.write(`load of this machine before: ${loadavg()[0]?.toFixed(1) ?? '?'}\n`);
  const measured = await measure(values.quick === true);
  const figures = figureNames.map((name) => {
    return { name, value: Number(measured[name].toPrecision(3)), unit: figureDefinitions[name].unit };
  });
  for (const { name, value, unit } of figures) {
    const { goal } = figureDefinitions[name];
    const verdict =
      goal === null || values.quick === true ? '' : `${goalOf(name)}: ${value <= goal ? 'met' : 'NOT MET'}`;
    console.log(`${name.padEnd(20)} ${String(value)} ${unit}${verdict}`);
  }
  if (values.json === true) console.log(JSON.stringify({ bench: 'api', figures }));
}
