import type { AcceptanceCriterion } from '../../work-orders/work-order.ts';
import type { Proposal } from '../../work-orders/proposal.ts';

/** What the editor is told. */
export interface EditRequest {
  title: string;
  description: string;
  acceptanceCriteria: readonly AcceptanceCriterion[];
  /** Null where planning is switched off. */
  proposal: Proposal | null;
  guidance: string | null;
  previousFailure: string | null;
}

/**
 * The message for the editor. It begins with our own fixed words: an editor takes a message that starts with `/` or
 * `!` for a command of its own.
 */
export function editMessage(request: EditRequest): string {
  const criteria = request.acceptanceCriteria.map(({ id, text }) => `- ${id}: ${text}`);
  const parts = [
    'Make the following change to this repository by editing files. Do not only describe it.',
    `Change: ${request.title}\n\n${request.description}`,
    criteria.length > 0 ? `It is done when:\n${criteria.join('\n')}` : '',
    ...(request.proposal === null ? [] : describeProposal(request.proposal)),
    request.previousFailure === null ? '' : `An attempt before this one failed with:\n${request.previousFailure}`,
    request.guidance === null ? '' : `A person adds: ${request.guidance}`,
    'Never delete, skip or weaken an existing test. Do not touch settings of tools.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function describeProposal({ summary, files, tests, criterionTests = [] }: Proposal): string[] {
  const planned = files.map(({ path, intent, isNew }) => `- ${path}${isNew ? ' (new file)' : ''}: ${intent}`);
  const named = criterionTests.map(({ criterion, test }) => `- a test named "${test}", which proves ${criterion}`);
  const wanted = [...tests.map((test) => `- ${test}`), ...named];
  return [`Plan: ${summary}\n${planned.join('\n')}`, wanted.length > 0 ? `Tests to add:\n${wanted.join('\n')}` : ''];
}
