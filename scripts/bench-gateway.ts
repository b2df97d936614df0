/** Measures the model gateway beside the provider itself and beside LiteLLM's proxy, in one run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { figureDefinitions, figureNames, type FigureName, type Measured } from './bench-gateway/figures.ts';

const usage = `Usage: npm run bench:gateway [-- --quick] [-- --json]

Starts a PostgreSQL, a provider that answers at once, the gateway with ledger, budgets and stored answers, and LiteLLM's
proxy, each in a process of its own, and calls all of them in turn, 15 times. A host that gives the processors to others
for a while makes a few calls wait for many milliseconds, whoever serves them: of the 15 rounds of each kind of call those
count that the host disturbed least, a third of them and more where more are as quiet, and of these the middle one:
${figureNames.map((name) => `  ${name}${describeGoal(name)}\n      ${figureDefinitions[name].meaning}`).join('\n')}
--quick  with tiny numbers and without LiteLLM: shows that everything works, and its figures mean nothing
--json   prints the figures as the last line of standard output`;

function describeGoal(name: FigureName): string {
  const { unit, goal } = figureDefinitions[name];
  return ` (${unit}${goal === null ? '' : `, goal: at ${goal.at} ${goal.value}`})`;
}

function verdict(name: FigureName, value: number): string {
  const { goal } = figureDefinitions[name];
  if (goal === null) return '';
  const isMet = goal.at === 'most' ? value <= goal.value : value >= goal.value;
  return `, goal at ${goal.at} ${goal.value}: ${isMet ? 'met' : 'NOT MET'}`;
}

async function measure(isQuick: boolean): Promise<Measured> {
  const { startBenchGateway } = await import('./bench-gateway/servers.ts');
  const { fullAmounts, measureCalls, measureMemory, quickAmounts } = await import('./bench-gateway/measure.ts');
  const amounts = isQuick ? quickAmounts : fullAmounts;
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-bench-gateway-'));
  const servers = await startBenchGateway(folder, !isQuick);
  try {
    const calls = await measureCalls(servers.load, servers.targets, amounts);
    const gateway = { open: servers.targets.gateway, readMemory: servers.readMemory };
    return { ...calls, ...(await measureMemory(servers.load, gateway, amounts)) };
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
  const figures = figureNames.flatMap((name) => {
    const value = measured[name];
    return value === undefined
      ? []
      : [{ name, value: Number(value.toPrecision(3)), unit: figureDefinitions[name].unit }];
  });
  for (const { name, value, unit } of figures) {
    console.log(`${name.padEnd(24)} ${value} ${unit}${values.quick === true ? '' : verdict(name, value)}`);
  }
  if (values.json === true) console.log(JSON.stringify({ bench: 'gateway', figures }));
}
