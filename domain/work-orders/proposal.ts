import { refusePath, type AcceptanceCriterion } from './work-order.ts';

/** A plan for an edit. It never holds the edited files themselves. */
export interface Proposal {
  summary: string;
  files: { path: string; intent: string; isNew: boolean }[];
  tests: string[];
  risks: string[];
  /** Ids of the criteria that the plan covers. */
  criteriaCovered: string[];
}

/** What is wrong with a plan, each as one sentence. Empty means that it can be followed. */
export function checkProposal(
  proposal: Proposal,
  order: { acceptanceCriteria: readonly AcceptanceCriterion[]; filesInScope: readonly string[] },
  existingFiles: ReadonlySet<string>,
): string[] {
  const findings: string[] = [];
  if (proposal.files.length === 0) findings.push('The plan names no file to change.');
  for (const file of proposal.files) {
    const refusal = refusePath(file.path);
    if (refusal !== null) findings.push(`The path "${file.path}" ${refusal}.`);
    else if (!file.isNew && !existingFiles.has(file.path)) findings.push(`The file "${file.path}" does not exist.`);
    else if (!isInScope(file.path, order.filesInScope)) findings.push(`The file "${file.path}" is not in scope.`);
  }
  for (const criterion of order.acceptanceCriteria) {
    if (!proposal.criteriaCovered.includes(criterion.id)) findings.push(`Nothing in the plan covers ${criterion.id}.`);
  }
  return findings;
}

/** Whether a path may be touched: no scope means all, a folder in the scope means everything below it. */
export function isInScope(path: string, filesInScope: readonly string[]): boolean {
  if (filesInScope.length === 0) return true;
  return filesInScope.some((scope) => path === scope || path.startsWith(scope.endsWith('/') ? scope : `${scope}/`));
}
