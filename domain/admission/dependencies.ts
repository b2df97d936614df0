import type { DependencyKind, WorkOrderStatus } from '../work-orders/work-order.ts';

/** An order that another one depends on, as it stands now. */
export interface Dependency {
  number: number;
  kind: DependencyKind;
  status: WorkOrderStatus;
  /** Whether its pull request was merged. */
  isMerged: boolean;
}

/** When a hard dependency counts as done. */
export type DependencyRule = 'completed' | 'merged';

/** Whether an order may begin, and why not. */
export interface DependencyState {
  state: 'ready' | 'waiting' | 'blocked';
  reason: string;
}

/**
 * Whether an order may begin: every soft dependency has ended, every hard one is done. A merged pull request always
 * counts as done, also of an order that needed a review.
 */
export function checkDependencies(dependencies: readonly Dependency[], rule: DependencyRule): DependencyState {
  const judged = dependencies.map((dependency) => ({ ...dependency, verdict: judge(dependency, rule) }));
  const blocked = judged.filter(({ verdict }) => verdict === 'blocked');
  if (blocked.length > 0) {
    return { state: 'blocked', reason: `It depends on ${describe(blocked)}, which will not be completed.` };
  }
  const open = judged.filter(({ verdict }) => verdict === 'waiting');
  if (open.length > 0) return { state: 'waiting', reason: `It waits for ${describe(open)}.` };
  return { state: 'ready', reason: 'Everything it depends on is done.' };
}

function judge({ kind, status, isMerged }: Dependency, rule: DependencyRule): DependencyState['state'] {
  const hasEnded = ['completed', 'needs_review', 'failed', 'cancelled'].includes(status);
  if (kind === 'soft') return hasEnded ? 'ready' : 'waiting';
  if (isMerged || (status === 'completed' && rule === 'completed')) return 'ready';
  return status === 'failed' || status === 'cancelled' ? 'blocked' : 'waiting';
}

function describe(dependencies: readonly Dependency[]): string {
  return dependencies.map(({ number, status }) => `order ${number} (${status})`).join(', ');
}

/**
 * The circle that new dependencies would close, as ids from the first order round to it again; null when there is none.
 *
 * @param dependenciesOf the present dependencies of an order
 */
export function findCycle(
  orderId: string,
  wanted: readonly string[],
  dependenciesOf: (orderId: string) => readonly string[],
): string[] | null {
  const seen = new Set<string>();
  const open: string[][] = wanted.map((id) => [orderId, id]);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const last = path.at(-1) ?? orderId;
    if (last === orderId) return path;
    if (seen.has(last)) continue;
    seen.add(last);
    for (const next of dependenciesOf(last)) open.push([...path, next]);
  }
  return null;
}
