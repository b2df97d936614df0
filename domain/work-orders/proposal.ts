import { refusePath, type AcceptanceCriterion } from './work-order.ts';

/** A plan for an edit. It never holds the edited files themselves. */
export interface Proposal {
  summary: string;
  files: PlannedFile[];
  tests: string[];
  risks: string[];
  /** Ids of the criteria that the plan covers. */
  criteriaCovered: string[];
  /** Public files that the plan says it touches. Plans from before this field have none. */
  contracts?: string[] | undefined;
  /** Which new test is to prove which criterion. Plans from before this field have none. */
  criterionTests?: { criterion: string; test: string }[] | undefined;
}

export interface PlannedFile {
  path: string;
  intent: string;
  isNew: boolean;
  /** Ids of the criteria that this file's change serves. Where no file names any, `criteriaCovered` alone counts. */
  criteria?: string[] | undefined;
}

/** What a plan is checked against beside the repository. */
export interface PlannedOrder {
  acceptanceCriteria: readonly AcceptanceCriterion[];
  filesInScope: readonly string[];
  /** Asks for declared contracts, tests and a size as well. Without it a plan of the older shape is checked as before. */
  rules?: { filesMax: number } | undefined;
}

/** What is wrong with a plan, each as one sentence. Empty means that it can be followed. */
export function checkProposal(proposal: Proposal, order: PlannedOrder, existingFiles: ReadonlySet<string>): string[] {
  const findings: string[] = [];
  if (proposal.files.length === 0) findings.push('The plan names no file to change.');
  for (const file of proposal.files) {
    const refusal = refusePath(file.path);
    if (refusal !== null) findings.push(`The path "${file.path}" ${refusal}.`);
    else if (!file.isNew && !existingFiles.has(file.path)) findings.push(`The file "${file.path}" does not exist.`);
    else if (!isInScope(file.path, order.filesInScope)) findings.push(`The file "${file.path}" is not in scope.`);
  }
  findings.push(...findUncovered(proposal, order.acceptanceCriteria));
  if (order.rules !== undefined) {
    findings.push(...findUndeclaredContracts(proposal), ...findMissingTests(proposal, order.acceptanceCriteria));
    const { filesMax } = order.rules;
    const count = proposal.files.length;
    if (count > filesMax) findings.push(`The plan names ${count} files, where ${filesMax} are allowed.`);
  }
  return findings;
}

function findUncovered(proposal: Proposal, criteria: readonly AcceptanceCriterion[]): string[] {
  const served = proposal.files.flatMap((file) => file.criteria ?? []);
  return criteria.flatMap(({ id }) => {
    if (!proposal.criteriaCovered.includes(id) && !served.includes(id)) return [`Nothing in the plan covers ${id}.`];
    return served.length > 0 && !served.includes(id) ? [`No file's intent in the plan serves ${id}.`] : [];
  });
}

const contractFile =
  /(?:^|\/)(?:index\.[cm]?[jt]sx?|package\.json|[^/]{1,200}\.(?:proto|graphql|gql|graphqls|avsc|d\.ts)|(?:openapi|swagger|asyncapi)[^/]{0,100}\.(?:json|ya?ml)|schema\.prisma)$/i;

/** Whether others outside the repository may rely on a file: its entry, or the description of an interface. */
export function isContractFile(path: string): boolean {
  return contractFile.test(path);
}

function findUndeclaredContracts({ files, contracts = [] }: Proposal): string[] {
  return files
    .filter(({ path }) => isContractFile(path) && !contracts.includes(path))
    .map(({ path }) => `The plan touches the public file "${path}" without naming it among its contracts.`);
}

function findMissingTests({ tests }: Proposal, criteria: readonly AcceptanceCriterion[]): string[] {
  if (tests.some((test) => test.trim() !== '')) return [];
  return criteria
    .filter(({ command }) => command === undefined || command.trim() === '')
    .map(({ id }) => `Nothing would prove ${id}: it has no command, and the plan names no test to add.`);
}

/** Whether a path may be touched: no scope means all, a folder in the scope means everything below it. */
export function isInScope(path: string, filesInScope: readonly string[]): boolean {
  if (filesInScope.length === 0) return true;
  return filesInScope.some((scope) => path === scope || path.startsWith(scope.endsWith('/') ? scope : `${scope}/`));
}
