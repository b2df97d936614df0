/** Workflows with the names and messages of the real ones that touch nothing: for tests of what the API asks of them. */
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';

import type { EscalationAnswer } from '../../domain/escalations/answer.ts';
import {
  messages,
  type InspectRepositoryInput,
  type InspectRepositoryResult,
  type LiveState,
  type WorkOrderInput,
} from '../../workflows/contract.ts';

/** Accepts every repository but those whose name says otherwise. */
export async function inspectRepository(input: InspectRepositoryInput): Promise<InspectRepositoryResult> {
  if (input.repository.endsWith('refused')) {
    return { kind: 'refused', code: 'repository-without-gates', message: 'It has no tests.' };
  }
  if (input.repository.endsWith('failing')) throw ApplicationFailure.nonRetryable('No space is left.', 'disk-full');
  const gates = [{ kind: 'test' as const, command: 'npm test', source: 'package.json scripts.test' }];
  return {
    kind: 'accepted',
    baseBranch: input.baseBranch ?? 'main',
    baseCommit: 'a'.repeat(40),
    gates,
    sizeBytes: 1,
    files: 1,
  };
}

/** Names of the queries that only a stand-in answers. */
export const standInQueries = { heard: 'heard', answer: 'answer' } as const;

/** Waits for an answer or for the end; takes the first answer only, and remembers which signals it heard. */
export async function workOrder(input: WorkOrderInput): Promise<string> {
  let answer: EscalationAnswer | null = null;
  let isCancelled = false;
  const heard: string[] = [];
  const holds = new Set<string>();
  setHandler(defineQuery<string[]>(standInQueries.heard), () => heard);
  setHandler(defineQuery<EscalationAnswer | null>(standInQueries.answer), () => answer);
  for (const name of [messages.continueWorkOrder, messages.dependencyEnded]) {
    setHandler(defineSignal(name), () => {
      heard.push(name);
    });
  }
  setHandler(defineSignal<[string]>(messages.pauseWorkOrder), (scope: string) => {
    heard.push(`pause ${scope}`);
    holds.add(scope);
  });
  setHandler(defineSignal<[string]>(messages.resumeWorkOrder), (scope: string) => {
    heard.push(`resume ${scope}`);
    holds.delete(scope);
  });
  setHandler(defineQuery<LiveState>(messages.live), () => ({
    status: 'running',
    step: 'edit',
    attempt: input.orderNumber,
    model: 'scripted',
    waitingFor: null,
    waitingSince: null,
    paused: holds.size > 0,
    escalation: null,
    lastFailure: null,
    costUsdMicros: 0,
  }));
  setHandler(defineSignal(messages.cancelWorkOrder), () => {
    isCancelled = true;
  });
  setHandler(
    defineUpdate<boolean, [EscalationAnswer]>(messages.resolveEscalation),
    (given: EscalationAnswer) => {
      answer = given;
      return true;
    },
    {
      validator: (given: EscalationAnswer) => {
        if (answer !== null)
          throw ApplicationFailure.nonRetryable(`Too late for ${given.option}.`, 'escalation-closed');
      },
    },
  );
  await condition(() => isCancelled);
  return 'cancelled';
}
