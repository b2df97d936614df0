import type { WorkerOptions } from '@temporalio/worker';

import { taskQueues } from '../workflows/contract.ts';

type QueueOptions = Partial<WorkerOptions> & Pick<WorkerOptions, 'taskQueue'>;

/** Workflows, and the short activities that read and write records. */
export const workflowQueue: QueueOptions = {
  taskQueue: taskQueues.workflows,
  // Each cached run holds some 100 kB; a run that falls out is replayed from at most 200 events per attempt.
  maxCachedWorkflows: 200,
  // Records are short writes to the database; more at once than its pool has connections would only wait there.
  maxConcurrentActivityTaskExecutions: 8,
  maxConcurrentWorkflowTaskExecutions: 20,
  // After a worker died its runs wait this long for it before another one takes them; the default of 10 s would be the
  // floor of every recovery.
  stickyQueueScheduleToStartTimeout: '3s',
  // The default of 0 cancels running activities at once; this lets a write finish. The supervisor waits 10 s.
  shutdownGraceTime: '5s',
};

/** Looking at repositories, asking models, merging. */
export const waitingQueue: QueueOptions = {
  taskQueue: taskQueues.waiting,
  // Each waits for a network or a disk; git's own work is short.
  maxConcurrentActivityTaskExecutions: 8,
  shutdownGraceTime: '2s',
};

/** Steps that need a checkout. @param slots steps at the same time on this machine */
export function workspaceQueue(slots: number): QueueOptions {
  return {
    taskQueue: taskQueues.workspace,
    // Compilers and tests want whole cores.
    maxConcurrentActivityTaskExecutions: slots,
    // A step that is running is told to stop after this, and goes on from its checkpoint elsewhere.
    shutdownGraceTime: '2s',
  };
}
