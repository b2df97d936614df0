import { proxyActivities } from '@temporalio/workflow';

import type { WorkspaceActivities } from '../activities/index.ts';
import { inspectOptions, shortStepOptions } from './activity-options.ts';
import type {
  InspectRepositoryInput,
  InspectRepositoryResult,
  MergePullRequestInput,
  MergePullRequestResult,
} from './contract.ts';

const inspecting = proxyActivities<WorkspaceActivities>(inspectOptions);
const merging = proxyActivities<WorkspaceActivities>(shortStepOptions);

/** Looks at a repository for somebody who waits for the answer. */
export async function inspectRepository(input: InspectRepositoryInput): Promise<InspectRepositoryResult> {
  return inspecting.inspectRepository(input);
}

/** Merges a pull request for somebody who waits for the answer. */
export async function mergePullRequest(input: MergePullRequestInput): Promise<MergePullRequestResult> {
  return merging.mergePullRequest(input);
}
