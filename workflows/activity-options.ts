import type { ActivityOptions } from '@temporalio/workflow';

import { taskQueues } from './contract.ts';

/** Each activity's limits, with the reason for each number. */

/** Reads and writes of records: short, repeated until the database is back. */
export const recordOptions: ActivityOptions = {
  taskQueue: taskQueues.workflows,
  startToCloseTimeout: '20s',
  // A database that is away for hours must not end a run: these wait, backing off to half a minute.
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 1_000 },
};

const step = {
  // Beats come every 3 s; five missed ones mean that the worker is gone.
  heartbeatTimeout: '15s',
  // The settled state of a cancelled step is part of its result: wait until its processes are ended.
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  // A step that kills its worker each time must not do so for ever; a worker that is stopped counts as a try, too.
  retry: { initialInterval: '500ms', backoffCoefficient: 3, maximumInterval: '30s', maximumAttempts: 6 },
} satisfies ActivityOptions;

/** Fetching a repository for the first time; no order exists yet, so a person waits for it. */
export const inspectOptions: ActivityOptions = {
  ...step,
  taskQueue: taskQueues.waiting,
  startToCloseTimeout: '11m',
  retry: { ...step.retry, maximumAttempts: 2 },
};

/** Routing, merging, cleaning: short, but a mirror may have to be fetched first. */
export const waitingOptions: ActivityOptions = { ...step, taskQueue: taskQueues.waiting, startToCloseTimeout: '12m' };

/** A plan: three cycles of at most two model calls of 150 s with their retries. */
export const planOptions: ActivityOptions = { ...step, taskQueue: taskQueues.waiting, startToCloseTimeout: '45m' };

const workspace = { ...step, taskQueue: taskQueues.workspace } satisfies ActivityOptions;

/** Publishing: short, but a workspace may have to be rebuilt first. */
export const shortStepOptions: ActivityOptions = { ...workspace, startToCloseTimeout: '12m' };

/** The editor has 15 minutes of its own; the rest is for bringing up the workspace. */
export const editOptions: ActivityOptions = { ...workspace, startToCloseTimeout: '30m' };

/** All gates on the base commit, with their own time limits. Tried twice: an attempt can do without. */
export const baselineOptions: ActivityOptions = {
  ...workspace,
  startToCloseTimeout: '55m',
  retry: { ...step.retry, maximumAttempts: 2 },
};

/** 45 minutes of gates, as much for a baseline that is not there, 10 of criteria. Tried three times: gates are long. */
export const verifyOptions: ActivityOptions = {
  ...workspace,
  startToCloseTimeout: '110m',
  retry: { ...step.retry, maximumAttempts: 3 },
};
