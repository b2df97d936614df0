import type { RecordActivities, WaitingActivities, WorkspaceActivities } from '../../activities/index.ts';
import { editResult, routeTo, verifyResult } from '../../tests/support/work-order-runs.ts';

type StepActivities = Omit<WaitingActivities, 'inspectRepository' | 'mergePullRequest'> & WorkspaceActivities;

const baseCommit = 'b'.repeat(40);
const diffStat = { files: 1, added: 2, removed: 0 };

/** Steps that do nothing and answer at once as if all had gone well. */
export function createIdleSteps(): StepActivities {
  return {
    routeAttempt: async () => routeTo('scripted'),
    planAttempt: async () => ({ summary: 'A plan', files: ['a.ts'], findings: [], cycles: 1, failure: null }),
    editAttempt: async () => editResult(null),
    repairAttempt: async () => editResult(null),
    measureBaseline: async () => ({ gates: 1 }),
    verifyAttempt: async () => verifyResult({ round: 0, fingerprints: [] }, null),
    publishAttempt: async () => ({ number: 7, branch: 'ratchet/00000000-change', title: 'Change', diffStat }),
    moveToNewestBase: async () => ({ baseCommit }),
    settleWorkOrder: async () => undefined,
  };
}

/** Records that are neither written nor read. */
function createIdleRecords(): RecordActivities {
  const notHere = () => Promise.reject(new Error('An order that goes well asks nobody.'));
  return {
    appendEvents: async () => undefined,
    readProgress: async () => null,
    openEscalation: notHere,
    closeEscalation: notHere,
    saveDecision: async () => undefined,
    recordAttempt: async () => ({ costUsdMicros: 0, next: null }),
    readDependencies: async () => ({ state: 'ready', reason: '' }),
    isOrderDone: async () => false,
    announceEnd: async () => undefined,
    takeSlot: async () => ({ granted: true, reason: '' }),
    isAllStopped: async () => false,
    raiseCostCap: async () => undefined,
  };
}

/** All activities of a work order, none of which does anything. */
export function createIdleActivities(): RecordActivities & StepActivities {
  return { ...createIdleRecords(), ...createIdleSteps() };
}
