import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { isModelStep, repositoryStages } from './step-kinds.ts';
import type { Stage } from './step-output.ts';

const lacking: Readonly<Record<string, string>> = { 402: 'money_out', 413: 'context_exceeded', 429: 'rate_limited' };
const deniedStatus = /^40[13]$/;

/** An answer of a server, by its number: whose it is, the step says. */
export function settleAnswer(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const { status = '', asked, ranOut, ...groups } = finding.groups;
  const known = { ...finding, groups };
  if (isModelStep(stage, kind)) return settleProvider(known, status, ranOut);
  if (stage === 'install' && status === '404' && asked !== undefined) return missingPackage(known, asked);
  if (status === '408') return { ...known, failureClass: 'timeout', subReason: null };
  if (stage === 'pr') return { ...known, subReason: 'forge', weight: 72 };
  if (!repositoryStages.has(stage) && stage !== 'install') return { ...known, weight: 30 };
  return { ...known, subReason: deniedStatus.test(status) ? 'credentials' : 'service' };
}

// The number alone does not tell money from patience; what a key may not do is no matter of either.
function settleProvider(finding: Finding, status: string, told: string | undefined): Finding {
  const isRefusal = status.startsWith('4') && !deniedStatus.test(status);
  const subReason = (isRefusal ? told : undefined) ?? lacking[status];
  return subReason === undefined
    ? { ...finding, subReason: 'provider', weight: 82 }
    : { ...finding, failureClass: 'budget_exceeded', subReason, weight: 84 };
}

// A registry answers so for a name that it does not have.
function missingPackage(finding: Finding, name: string): Finding {
  const groups = { ...finding.groups, package: name };
  return { ...finding, groups, failureClass: 'dependency_missing', subReason: null, weight: 66 };
}

/** What the client of a server threw: in the step of a pull request that server is the forge, elsewhere it may be any. */
export function settleException(finding: Finding, stage: Stage): Finding {
  return stage === 'pr' ? { ...finding, subReason: 'forge', weight: 66 } : { ...finding, weight: 20 };
}
