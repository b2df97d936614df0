// How often outputs of real tools are labelled rightly. Of the held-out part only totals are printed.
// Usage: node tests/failures/measure.ts [--no-tool] [--misses] [--only TEXT]
import { parseArgs } from 'node:util';

import { judgeCase, totalsOf, type Judgement } from './judge-cases.ts';
import { readCases } from './recorded-cases.ts';

const { values } = parseArgs({
  options: { 'no-tool': { type: 'boolean' }, misses: { type: 'boolean' }, only: { type: 'string' } },
});
const withTool = values['no-tool'] !== true;

function describe({ one, failure, ...answers }: Judgement): string {
  const { expected } = one;
  const { context } = failure;
  const wrong = Object.entries(answers).flatMap(([name, answer]) => (answer === false ? [name] : []));
  const seen = { ...context, excerpt: undefined, message: context.message.slice(0, 80) };
  return `${one.folder}/${one.id} [${one.stage} ${one.exitCode}] ${wrong.join(' ')}\n   want ${JSON.stringify(expected)}\n   have ${failure.failureClass} ${failure.rule} ${failure.confidence} ${JSON.stringify(seen)}`;
}

const development = readCases('development')
  .filter(({ folder, id }) => `${folder}/${id}`.includes(values.only ?? ''))
  .map((one) => judgeCase(one, withTool));
if (values.misses === true) {
  for (const judgement of development) {
    if (Object.values(judgement).includes(false)) console.log(describe(judgement));
  }
}
console.log(
  'development',
  JSON.stringify(totalsOf(development), (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
  ),
);
if (values.only === undefined) {
  const { f1: _classes, ...held } = totalsOf(readCases('held-out').map((one) => judgeCase(one, withTool)));
  console.log(
    'held-out',
    JSON.stringify(held, (_key, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
    ),
  );
}
