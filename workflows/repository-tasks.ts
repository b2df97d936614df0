import { proxyActivities } from '@temporalio/workflow';

import type { WaitingActivities } from '../activities/index.ts';
import { inspectOptions, waitingOptions } from './activity-options.ts';
import type {
  InspectRepositoryInput,
  InspectRepositoryResult,
  MergePullRequestInput,
  MergePullRequestResult,
} from './contract.ts';

const inspecting = proxyActivities<WaitingActivities>(inspectOptions);
const merging = proxyActivities<WaitingActivities>(waitingOptions);

/** Looks at a repository for somebody who waits for the answer. */
export async function inspectRepository(input: InspectRepositoryInput): Promise<InspectRepositoryResult> {
  return inspecting.inspectRepository(input);
}

/** Merges a pull request for somebody who waits for the answer. */
export async function mergePullRequest(input: MergePullRequestInput): Promise<MergePullRequestResult> {
  return merging.mergePullRequest(input);
}
