// How often outputs of real tools are labelled rightly. Of the parts that nobody reads only totals are printed.
// Usage: node tests/failures/measure.ts [--no-tool] [--misses] [--unknown-tools] [--only TEXT]
import { parseArgs } from 'node:util';

import { judgeCase, totalsOf, type Judgement } from './judge-cases.ts';
import { withoutOwnRules } from './own-rules.ts';
import { readCases } from './recorded-cases.ts';

const { values } = parseArgs({
  options: {
    'no-tool': { type: 'boolean' },
    misses: { type: 'boolean' },
    'unknown-tools': { type: 'boolean' },
    only: { type: 'string' },
  },
});
const withTool = values['no-tool'] !== true;

function describe({ one, failure, ...answers }: Judgement): string {
  const { expected } = one;
  const { context } = failure;
  const wrong = Object.entries(answers).flatMap(([name, answer]) => (answer === false ? [name] : []));
  const seen = { ...context, excerpt: undefined, message: context.message.slice(0, 80) };
  return `${one.folder}/${one.id} [${one.stage} ${one.exitCode}] ${wrong.join(' ')}\n   want ${JSON.stringify(expected)}\n   have ${failure.failureClass} ${failure.rule} ${failure.confidence} ${JSON.stringify(seen)}`;
}

function print(name: string, judged: readonly Judgement[], withClasses = true): void {
  const { f1, ...totals } = totalsOf(judged);
  const rounded = JSON.stringify(withClasses ? { ...totals, f1 } : totals, (_key, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
  );
  console.log(name, rounded);
}

function printMisses(judged: readonly Judgement[]): void {
  for (const judgement of judged) if (Object.values(judgement).includes(false)) console.log(describe(judgement));
}

const all = readCases('development');
const isChosen = ({ folder, id }: { folder: string; id: string }) => `${folder}/${id}`.includes(values.only ?? '');
const chosen = all.filter(isChosen);
const development = chosen.map((one) => judgeCase(one, withTool));
const acceptFor = withoutOwnRules(all);
const unknown = chosen.map((one) => judgeCase(one, withTool, { accepts: acceptFor(one), withoutWords: true }));
if (values.misses === true) printMisses(values['unknown-tools'] === true ? unknown : development);
print('development', development);
print('without rules of their own tool', unknown);
if (values.only === undefined) {
  for (const part of ['held-out', 'unseen'] as const) {
    const unread = readCases(part).map((one) => judgeCase(one, withTool));
    if (unread.length > 0) print(part, unread, false);
  }
}
