/** What is printed about a question to a person. */
import type { Escalation } from './api-client.ts';
import { plain, type Output } from './terminal.ts';
import { dollars, percent } from './wording.ts';

type Option = Escalation['options'][number];

/** A question to a person: what happened, what can be answered with which effect, and the commands that do it. */
export function printEscalation(
  output: Output,
  escalation: Escalation,
  run: { workflowId: string; temporal: { program: string; address: string } },
): void {
  const { paint } = output;
  output.line();
  output.line(
    paint('yellow', `Work order #${escalation.workOrderNumber} waits for a person (${escalation.failureClass})`),
  );
  output.line(`  ${oneLine(escalation.message)}`);
  if (escalation.excerpt !== '') {
    output.line();
    for (const line of plain(escalation.excerpt).split('\n')) output.line(`  ${paint('dim', `| ${line}`)}`);
  }
  printRecommendation(output, escalation);
  output.line();
  output.line('Answer with one of:');
  for (const option of escalation.options) printOption(output, escalation, option);
  output.line("or with Temporal's own tool:");
  const { workflowId, temporal } = run;
  output.line(`  ${temporal.program} workflow signal --address ${temporal.address} --workflow-id ${workflowId} \\`);
  output.line(`    --name resolveEscalation --input '{"option":"abort"}'`);
}

function printRecommendation(output: Output, { recommendation }: Escalation): void {
  if (recommendation === null) return;
  const { option, confidence, reason } = recommendation;
  output.line();
  output.line(output.paint('bold', `Recommended: ${plain(option)} (confidence ${percent(confidence)})`));
  output.line(`  ${oneLine(reason)}`);
}

function printOption(output: Output, escalation: Escalation, option: Option): void {
  output.line(`  ${answerCommand(escalation, option.option)}`);
  output.line(`    ${oneLine(option.effect)}`);
  const [cost, likely] = describeOdds(option);
  if (option.probability !== null) output.line(`    Expected cost ${cost}, ${likely} likely to work.`);
  for (const text of option.advantages) output.line(`    + ${oneLine(text)}`);
  for (const text of option.disadvantages) output.line(`    - ${oneLine(text)}`);
}

/** What an option is expected to cost until success, and how likely that is; `-` where it does not aim at success. */
export function describeOdds({ expectedCostUsdMicros, probability }: Option): [cost: string, likely: string] {
  return [
    expectedCostUsdMicros === null ? '-' : dollars(expectedCostUsdMicros),
    probability === null ? '-' : percent(probability),
  ];
}

/** The command that answers with an option, with an example of what the option needs. */
function answerCommand({ workOrderNumber, costCapUsdMicros }: Escalation, option: string): string {
  const needed: Record<string, string> = {
    raise_budget: ` --cost-cap ${Math.ceil((costCapUsdMicros * 2) / 1_000_000)}`,
    amend_upstream: ' --upstream "what has to change"',
  };
  return `npx ratchet resolve ${workOrderNumber} --option ${plain(option)}${needed[option] ?? ''}`;
}

function oneLine(text: string): string {
  return plain(text).replaceAll('\n', ' ');
}
