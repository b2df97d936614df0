import { formatUsdMicros } from '../budget/money.ts';
import { asMarkdownCode, asPlainMarkdown } from '../text/markdown.ts';
import type { Failure } from '../failures/failure-class.ts';
import type { Acceptance } from '../acceptance/score.ts';
import type { GateOutcome } from '../gates/gate.ts';
import type { GuardHit } from '../guards/guard.ts';
import type { Proposal } from './proposal.ts';
import type { AcceptanceCriterion, DiffStat } from './work-order.ts';

/** How a criterion was proven, or why it was not. */
export interface CriterionProof {
  id: string;
  /**
   * `proven` by a command or a test, `refuted` by a command, `reviewed` where nothing but a model's review says that it
   * is met, which counts half and is no proof; else `unproven`.
   */
  verdict: 'proven' | 'refuted' | 'reviewed' | 'unproven';
  /** The proof, or the reason why there is none. */
  proof: string;
}

/** A model that answered because the provider of the one that was asked for did not. */
export interface StandIn {
  asked: string;
  answered: string;
}

/** Everything a pull request says about itself. */
export interface PullRequestFacts {
  orderNumber: number;
  attempt: number;
  title: string;
  description: string;
  criteria: readonly AcceptanceCriterion[];
  proofs: readonly CriterionProof[];
  /** Null where planning is switched off. */
  proposal: Proposal | null;
  diffStat: DiffStat;
  gates: readonly GateOutcome[];
  /** Null where it was not scored. */
  acceptance: Acceptance | null;
  /** What a person has to look at because a guard found it. */
  guardHits: readonly GuardHit[];
  model: string;
  /** The answers came from a script, not from a model. */
  scripted: boolean;
  standIns: readonly StandIn[];
  sandboxed: boolean;
  costUsdMicros: number;
  runUrl: string | null;
  /** Set when it is published as a draft in spite of a failure. */
  failure: Failure | null;
}

const bodyLinesMax = 58;

// A proof names its command between backticks; a command that holds some itself ends nothing.
function asProof(proof: string): string {
  const parts = proof.split('`');
  if (parts.length !== 3) return asPlainMarkdown(proof, 200);
  const [before = '', command = '', after = ''] = parts;
  return [asPlainMarkdown(before, 100), asMarkdownCode(command, 120), asPlainMarkdown(after, 100)]
    .filter((part) => part !== '')
    .join(' ');
}

function criterionLine(criterion: AcceptanceCriterion, proofs: readonly CriterionProof[]): string {
  const proof = proofs.find(({ id }) => id === criterion.id);
  const mark = proof?.verdict === 'proven' ? 'x' : ' ';
  const how = proof === undefined ? 'not checked' : proof.proof;
  return `- [${mark}] ${asPlainMarkdown(criterion.id, 40)}: ${asPlainMarkdown(criterion.text, 160)} (${asProof(how)})`;
}

function gateLine(gate: GateOutcome): string {
  const exit = gate.exitCode === null ? 'did not end by itself' : `exit code ${gate.exitCode}`;
  const result = gate.outcome === 'known_failures' ? 'no worse than before' : gate.outcome;
  return `| ${gate.kind} | ${result} | ${asMarkdownCode(gate.command, 200).replaceAll('|', '\\|')} | ${exit}, ${(gate.durationMs / 1000).toFixed(1)} s |`;
}

/** The lines that say what is special about this one: a script for a model, an open failure, no sandbox. */
function warningLines(facts: PullRequestFacts): string[] {
  const lines: string[] = [];
  if (facts.failure !== null) {
    lines.push(
      `> **Draft, not proven:** ${facts.failure.failureClass}: ${asPlainMarkdown(facts.failure.context.message, 200)}`,
      '',
    );
  }
  if (facts.standIns.length > 0) {
    const told = facts.standIns.map(({ asked, answered }) => `${answered} in place of ${asked}`).join(', ');
    lines.push(`> **Degraded:** a provider did not answer, so others stood in: ${asPlainMarkdown(told, 200)}.`, '');
  }
  if (facts.scripted) {
    lines.push('> **Scripted model:** the answers came from a script that is part of Ratchet, not from a model.', '');
  }
  return lines;
}

function guardLines(hits: readonly GuardHit[]): string[] {
  if (hits.length === 0) return [];
  const lines = hits.map(({ path, message }) => {
    const place = path === null ? '' : `${asMarkdownCode(path, 120)}: `;
    return `- ${place}${asPlainMarkdown(message, 200)}`;
  });
  return ['## Look at this first', ...shorten(lines, 5, 'findings'), ''];
}

function acceptanceLines(acceptance: Acceptance | null): string[] {
  if (acceptance === null) return [];
  const parts = acceptance.parts.map(({ name, score }) => `${name} ${score}`).join(', ');
  return [`Acceptance: ${acceptance.score} of 10 (${parts}).`];
}

function shorten(lines: readonly string[], linesMax: number, what: string): string[] {
  if (lines.length <= linesMax) return [...lines];
  return [...lines.slice(0, linesMax - 1), `- … and ${lines.length - linesMax + 1} more ${what}`];
}

/** The body of a pull request in Markdown: under 60 lines, a tick only where something proved it. */
export function pullRequestBody(facts: PullRequestFacts): string {
  const { diffStat } = facts;
  const criteria = facts.criteria.map((criterion) => criterionLine(criterion, facts.proofs));
  const lines = [
    ...warningLines(facts),
    ...guardLines(facts.guardHits),
    '## Why',
    asPlainMarkdown(facts.description, 600),
    '',
    '## What',
    asPlainMarkdown(facts.proposal?.summary ?? facts.title, 400),
    '',
    ...shorten(
      (facts.proposal?.files ?? []).map(
        ({ path, intent }) => `- ${asMarkdownCode(path, 200)}: ${asPlainMarkdown(intent, 140)}`,
      ),
      8,
      'files',
    ),
    '',
    `${diffStat.files} ${diffStat.files === 1 ? 'file' : 'files'} changed, ${diffStat.added} lines added, ${diffStat.removed} removed.`,
    '',
    '## Acceptance criteria',
    ...(criteria.length > 0 ? shorten(criteria, 10, 'criteria') : ['None were given.']),
    '',
    '## Gates',
    '| gate | result | command | |',
    '|---|---|---|---|',
    ...shorten(facts.gates.map(gateLine), 11, 'gates'),
    '',
    ...acceptanceLines(facts.acceptance),
    `Order #${facts.orderNumber}, attempt ${facts.attempt}. Model: ${facts.model}. Cost: ${formatUsdMicros(facts.costUsdMicros)}. ` +
      (facts.sandboxed ? 'Edited and checked in a sandbox.' : 'Not sandboxed.'),
    ...(facts.runUrl === null ? [] : [`Run: ${facts.runUrl}`]),
  ];
  return `${lines.slice(0, bodyLinesMax).join('\n')}\n`;
}
