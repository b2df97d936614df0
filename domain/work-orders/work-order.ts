/** The life of a work order. Only its workflow moves it along. */
export const workOrderStatuses = [
  'draft',
  'awaiting_approval',
  'queued',
  'running',
  'waiting',
  'completed',
  'needs_review',
  'failed',
  'cancelled',
] as const;

export type WorkOrderStatus = (typeof workOrderStatuses)[number];

/** The statuses that a work order never leaves. */
export const finalStatuses = ['completed', 'needs_review', 'failed', 'cancelled'] as const;

const transitions: Record<WorkOrderStatus, readonly WorkOrderStatus[]> = {
  draft: ['awaiting_approval', 'queued', 'cancelled'],
  awaiting_approval: ['queued', 'cancelled'],
  queued: ['running', 'waiting', 'failed', 'cancelled'],
  running: ['waiting', 'completed', 'needs_review', 'failed', 'cancelled'],
  waiting: ['running', 'completed', 'needs_review', 'failed', 'cancelled'],
  completed: [],
  needs_review: [],
  failed: [],
  cancelled: [],
};

/** Whether a work order may go from one status to another. Staying is always allowed, except after the end. */
export function canTransition(from: WorkOrderStatus, to: WorkOrderStatus): boolean {
  if (isFinal(from)) return false;
  return from === to || transitions[from].includes(to);
}

/** Whether the work order has ended. */
export function isFinal(status: WorkOrderStatus): boolean {
  return transitions[status].length === 0;
}

/** The named parts of an attempt, in their order. Verify and repair may follow each other a few times. */
export const steps = ['route', 'plan', 'edit', 'verify', 'repair', 'publish', 'record'] as const;

export type Step = (typeof steps)[number];

/** What a run that does not work waits for. */
export const waitReasons = [
  'escalation',
  'paused',
  'dependency',
  'slot',
  'upstream',
  'person',
  'provider',
  'budget',
] as const;

export type WaitReason = (typeof waitReasons)[number];

/** What a pause is meant for: one order, or everything. */
export type PauseScope = 'order' | 'all';

/** A hard dependency must be completed before an order begins; a soft one only ended. */
export const dependencyKinds = ['hard', 'soft'] as const;

export type DependencyKind = (typeof dependencyKinds)[number];

export const risks = ['low', 'medium', 'high'] as const;

export type Risk = (typeof risks)[number];

/** What must be true after the change. */
export interface AcceptanceCriterion {
  /** Short and unique in its order, such as `AC1`. */
  id: string;
  text: string;
  /** A shell command that exits 0 in the workspace only when the criterion is met. Without one it stays unproven. */
  command?: string | undefined;
}

/** How many lines and files a change touches. */
export interface DiffStat {
  files: number;
  added: number;
  removed: number;
}

/** The numbers that bound a work order at intake. */
export const intakeLimits = {
  titleLengthMax: 120,
  descriptionLengthMax: 20_000,
  criteriaMax: 30,
  criterionLengthMax: 500,
  filesInScopeMax: 100,
  dependenciesMax: 20,
  /** Five dollars. */
  costCapUsdMicrosDefault: 5_000_000,
  costCapUsdMicrosMax: 100_000_000,
} as const;

/**
 * Why a path cannot be in scope, or null when it can. Paths are relative to the repository, with forward slashes.
 */
export function refusePath(path: string): string | null {
  if (path === '' || path.trim() !== path) return 'is empty or has blanks around it';
  if (path.startsWith('/') || path.startsWith('~') || /^[A-Za-z]:/.test(path)) return 'is not inside the repository';
  if (path.includes('\\') || path.includes('\0') || path.includes('\n')) return 'has a character that is not allowed';
  const parts = path.split('/');
  if (parts.includes('..')) return 'is not inside the repository';
  if (parts.some((part) => part.toLowerCase() === '.git')) return "is one of git's own files";
  return null;
}

/**
 * The branch of an attempt: one per order and attempt, the same on every repetition of the step.
 *
 * @param orderId a UUID; its start and not the order's number, which begins at 1 again with every new database
 */
export function branchName(orderId: string, title: string, attempt: number): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  const suffix = attempt > 1 ? `-attempt-${attempt}` : '';
  return `${branchPrefix(orderId)}${slug === '' ? 'change' : slug}${suffix}`;
}

/** What the branches of all attempts of an order begin with. */
export function branchPrefix(orderId: string): string {
  return `ratchet/${orderId.slice(0, 8)}-`;
}
