import type { Database } from '../client.ts';

/** Whether all work is stopped, since when, by whom and why. */
export interface StopAllState {
  stopped: boolean;
  reason: string;
  changedBy: string;
  /** ISO 8601; null when nobody ever stopped anything. */
  changedAt: string | null;
}

const only = { id: 1 };

export async function readStopAll(database: Database): Promise<StopAllState> {
  const row = await database.stopAll.findUnique({ where: only });
  if (row === null) return { stopped: false, reason: '', changedBy: '', changedAt: null };
  const { stopped, reason, changedBy, changedAt } = row;
  return { stopped, reason, changedBy, changedAt: changedAt.toISOString() };
}

/** Stops all work, or lets it go on. Paid steps are refused as long as it is stopped, by whatever process. */
export async function writeStopAll(
  database: Database,
  { stopped, reason, changedBy }: Pick<StopAllState, 'stopped' | 'reason' | 'changedBy'>,
): Promise<void> {
  const data = { stopped, reason, changedBy, changedAt: new Date() };
  await database.stopAll.upsert({ where: only, create: { ...only, ...data }, update: data });
}
