/**
 * What everybody outside the workflows may know of them: names, payloads, search attributes.
 * No code of a workflow is reachable from here, so that the API can import it.
 */
import type { OfferedOption, Recommendation } from '../domain/escalations/recommendation.ts';
import type { EscalationTrigger } from '../domain/escalations/triggers.ts';
import type { Failure } from '../domain/failures/failure-class.ts';
import type { Gate } from '../domain/gates/gate.ts';
import type { Step, WaitReason, WorkOrderStatus } from '../domain/work-orders/work-order.ts';

/** Where each kind of work is queued. */
export const taskQueues = {
  /** Workflows, and the short activities that read and write records. */
  workflows: 'ratchet',
  /** Work that waits for others more than it computes: looking at repositories, asking models, merging. */
  waiting: 'ratchet-waiting',
  /** Steps that need a checkout on disk: one or two at a time per host. */
  workspace: 'ratchet-workspace',
} as const;

/** Names of the workflows. */
export const workflowNames = {
  workOrder: 'workOrder',
  inspectRepository: 'inspectRepository',
  mergePullRequest: 'mergePullRequest',
  closeLostWorkOrder: 'closeLostWorkOrder',
} as const;

/** The id of an order's workflow; there is never a second run with it. */
export function workOrderWorkflowId(orderId: string): string {
  return `work-order/${orderId}`;
}

/** The id of the workflow that closes an order whose own run is gone. */
export function closeLostWorkOrderWorkflowId(orderId: string): string {
  return `close-lost-work-order/${orderId}`;
}

/** Names of the messages that a running work order takes. */
export const messages = {
  /** Update and signal of the same meaning. */
  resolveEscalation: 'resolveEscalation',
  /** Signal: end at the next safe point, settled. */
  cancelWorkOrder: 'cancelWorkOrder',
  /** Signals with a scope (`order` or `all`): begin no further step; go on. */
  pauseWorkOrder: 'pauseWorkOrder',
  resumeWorkOrder: 'resumeWorkOrder',
  /** Signal: what a parked order waits for has changed, or the person who took it over is done. */
  continueWorkOrder: 'continueWorkOrder',
  /** Signals from other runs: a place is free; an order that this one depends on has ended. */
  slotGranted: 'slotGranted',
  dependencyEnded: 'dependencyEnded',
  /** Query: what the run is doing right now. */
  live: 'live',
} as const;

/** Input of `workOrder`. Everything else is read from the records by id. */
export interface WorkOrderInput {
  orderId: string;
  orderNumber: number;
  title: string;
  repository: string;
}

/** Result of `workOrder`. */
export interface WorkOrderResult {
  status: WorkOrderStatus;
  attempts: number;
  pullRequestNumber: number | null;
}

/** What a run says about itself when it is asked. */
export interface LiveState {
  status: WorkOrderStatus;
  step: Step | null;
  attempt: number;
  model: string | null;
  waitingFor: WaitReason | null;
  /** ISO 8601. */
  waitingSince: string | null;
  /** No further step begins, whatever it waits for. */
  paused: boolean;
  escalation: {
    id: string;
    trigger: EscalationTrigger;
    failure: Failure;
    options: OfferedOption[];
    recommendation: Recommendation | null;
  } | null;
  lastFailure: Failure | null;
  costUsdMicros: number;
}

/** Input of `inspectRepository`. */
export interface InspectRepositoryInput {
  /** A URL that git can clone, or an absolute path on this machine. */
  repository: string;
  baseBranch: string | null;
  allowDirty: boolean;
}

/** What an inspection found, or the one sentence why the repository can't be worked on. */
export type InspectRepositoryResult =
  | {
      kind: 'accepted';
      baseBranch: string;
      baseCommit: string;
      gates: Gate[];
      sizeBytes: number;
      files: number;
    }
  | { kind: 'refused'; code: string; message: string };

/** Input of `mergePullRequest`. */
export interface MergePullRequestInput {
  pullRequestId: string;
}

/** Input of `closeLostWorkOrder`. */
export interface CloseLostWorkOrderInput {
  orderId: string;
  /** `cancelled` when a person asked for its end. */
  status: Extract<WorkOrderStatus, 'cancelled' | 'failed'>;
}

export type MergePullRequestResult =
  { kind: 'merged'; mergeCommit: string } | { kind: 'refused'; code: string; message: string };

/** Search attributes: never anything private in them. Registered by the server's start arguments, or by the worker. */
export const searchAttributes = {
  status: { name: 'RatchetStatus', type: 'KEYWORD' },
  step: { name: 'RatchetStep', type: 'KEYWORD' },
  failureClass: { name: 'FailureClass', type: 'KEYWORD' },
  repository: { name: 'Repository', type: 'KEYWORD' },
  escalationState: { name: 'EscalationState', type: 'KEYWORD' },
  model: { name: 'Model', type: 'KEYWORD' },
  attempt: { name: 'Attempt', type: 'INT' },
  pullRequest: { name: 'PullRequest', type: 'INT' },
  costUsd: { name: 'CostUsd', type: 'DOUBLE' },
  waitingSince: { name: 'WaitingSince', type: 'DATETIME' },
} as const;
