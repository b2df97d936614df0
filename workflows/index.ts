/** The workflows of a worker. Temporal registers each export under its name. */
export { inspectRepository, mergePullRequest } from './repository-tasks.ts';
export { workOrder } from './work-order.ts';
export { closeLostWorkOrder } from './lost-work-order.ts';
