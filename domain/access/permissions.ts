/** The permission matrix: who may do what, and to whose objects. The one place where that is decided. */
import type { Reach, Role, Scope } from './roles.ts';

/** What one operation of the API asks of who calls it. */
export interface OperationAccess {
  /** What a token must be made for. */
  scope: Scope;
  reach: Readonly<Record<Role, Reach>>;
}

const everybody = (reach: Reach) => ({
  user: reach,
  coach: reach,
  operator: reach,
  approver: reach,
  on_call: reach,
  admin: reach,
});

const none = everybody('none');
const own = everybody('own');
const all = everybody('all');

/** One's own for everybody; everybody's for those who run the house and who answer for it. */
const shared = { ...own, operator: 'all', approver: 'all', on_call: 'all', admin: 'all' } as const;

/** One's own for everybody; everybody's for those who keep the work going. */
const kept = { ...own, operator: 'all', on_call: 'all', admin: 'all' } as const;

/** Operations that ask for no account. What they reveal is public, or is guarded by limits of its own. */
export const publicOperations: ReadonlySet<string> = new Set([
  'readLiveness',
  'readReadiness',
  'readVersion',
  'register',
  'login',
  'refresh',
]);

/** Operations that no limit counts when they are answered with a stream: whoever follows must not be locked out. */
export const streamedOperations: ReadonlySet<string> = new Set(['readWorkOrderEvents']);

/**
 * Operations that are done when they have committed to our own database. What stands in the audit trail before that commit
 * reaches the disk with it, so nobody waits for it apart. All others reach somewhere else, and their row is waited for.
 */
export const committedOperations: ReadonlySet<string> = new Set([
  'createWorkOrder',
  'changeWorkOrder',
  'deleteWorkOrder',
]);

/** By the operation's name in the OpenAPI document. An operation that stands nowhere here can't be registered. */
export const permissions: Readonly<Record<string, OperationAccess>> = {
  // Oneself
  logout: { scope: 'write', reach: own },
  readMe: { scope: 'read', reach: own },
  changePassword: { scope: 'admin', reach: own },
  listTokens: { scope: 'read', reach: own },
  createToken: { scope: 'admin', reach: own },
  revokeToken: { scope: 'admin', reach: { ...own, admin: 'all' } },

  // Work orders and what belongs to one
  // Its own in any case; the reach is that of the orders that it may depend on.
  createWorkOrder: { scope: 'write', reach: shared },
  listWorkOrders: { scope: 'read', reach: shared },
  readWorkOrder: { scope: 'read', reach: shared },
  readLiveState: { scope: 'read', reach: shared },
  readWorkOrderEvents: { scope: 'read', reach: shared },
  listModelCalls: { scope: 'read', reach: shared },
  changeWorkOrder: { scope: 'write', reach: kept },
  deleteWorkOrder: { scope: 'write', reach: { ...own, admin: 'all' } },
  cancelWorkOrder: { scope: 'write', reach: kept },
  pauseWorkOrder: { scope: 'write', reach: kept },
  resumeWorkOrder: { scope: 'write', reach: kept },
  continueWorkOrder: { scope: 'write', reach: kept },
  replaceDependencies: { scope: 'write', reach: kept },
  listEscalations: { scope: 'read', reach: shared },
  readEscalation: { scope: 'read', reach: shared },
  resolveEscalation: { scope: 'write', reach: shared },
  listDecisions: { scope: 'read', reach: shared },
  listDecisionsOfWorkOrder: { scope: 'read', reach: shared },
  listOutcomes: { scope: 'read', reach: shared },
  listOutcomesOfWorkOrder: { scope: 'read', reach: shared },
  listTopFailures: { scope: 'read', reach: shared },
  listPullRequests: { scope: 'read', reach: shared },
  readPullRequest: { scope: 'read', reach: shared },
  mergePullRequest: { scope: 'write', reach: { ...own, operator: 'all', approver: 'all', admin: 'all' } },

  // The house
  listModels: { scope: 'read', reach: all },
  readBudget: { scope: 'read', reach: { ...none, operator: 'all', approver: 'all', on_call: 'all', admin: 'all' } },
  readStopAll: { scope: 'read', reach: all },
  stopAll: { scope: 'write', reach: { ...none, operator: 'all', on_call: 'all', admin: 'all' } },
  goOn: { scope: 'write', reach: { ...none, operator: 'all', on_call: 'all', admin: 'all' } },
  listFlags: { scope: 'read', reach: { ...none, operator: 'all', on_call: 'all', admin: 'all' } },
  setFlag: { scope: 'admin', reach: { ...none, on_call: 'all', admin: 'all' } },
  listUsers: { scope: 'admin', reach: { ...none, admin: 'all' } },
  changeUser: { scope: 'admin', reach: { ...none, admin: 'all' } },
  listAuditEvents: { scope: 'admin', reach: { ...none, on_call: 'all', admin: 'all' } },
};

/** Roles that may name a folder of the server as a repository; for the others it would be a way to read its disk. */
export const localRepositoryRoles: ReadonlySet<Role> = new Set(['operator', 'on_call', 'admin']);

/**
 * Whose objects an operation reaches for a caller.
 *
 * @param scopes of the token; null: the person's own login, which may be used for everything
 * @returns `none` also for an operation that nobody has written into the matrix
 */
export function reachOf(operation: string, role: Role, scopes: readonly Scope[] | null): Reach {
  const access = Object.hasOwn(permissions, operation) ? permissions[operation] : undefined;
  if (access === undefined) return 'none';
  if (scopes !== null && !scopes.includes(access.scope)) return 'none';
  return access.reach[role];
}
