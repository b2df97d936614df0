import {
  chooseAdmissions,
  describeShortage,
  type AdmissionLimits,
  type HeldSlot,
  type WaitingOrder,
} from '../../domain/admission/choose-admissions.ts';
import { finalStatuses } from '../../domain/work-orders/work-order.ts';
import type { Database, DatabaseSession } from '../client.ts';

/** One number for all processes: places are given out one after another. */
const slotsLock = 7_205_001;

/** Everybody waits in one line: on a slow machine longer than the 5 s that a transaction usually gets. */
const patience = { maxWait: 15_000, timeout: 15_000 };

/** What came of asking for a place, and who else got one meanwhile. */
export interface SlotAnswer {
  granted: boolean;
  /** Why not; empty when it was. */
  reason: string;
  /** Other orders that got a place now and have to be told. */
  admitted: string[];
}

/** Asks for a place for an order. Asked again, it is the same claim; one that is held stays held. */
export async function takeSlot(
  database: Database,
  claim: { orderId: string; model: string },
  limits: AdmissionLimits,
): Promise<SlotAnswer> {
  return database.$transaction(async (session) => {
    await lockSlots(session);
    const { orderId: workOrderId, model } = claim;
    const order = await session.workOrder.findUniqueOrThrow({ where: { id: workOrderId } });
    const { repositoryId, ownerId, priority } = order;
    const owner = ownerId ?? 'nobody';
    await session.slot.createMany({
      data: [{ workOrderId, repositoryId, model, owner, priority }],
      skipDuplicates: true,
    });
    await session.slot.updateMany({ where: { workOrderId, state: 'waiting' }, data: { model } });
    const { admitted, held } = await admit(session, limits);
    const slot = await session.slot.findUniqueOrThrow({ where: { workOrderId } });
    const others = admitted.filter((id) => id !== workOrderId);
    if (slot.state === 'held') return { granted: true, reason: '', admitted: others };
    const shortage = describeShortage({ repositoryId, owner, model }, held, limits);
    return { granted: false, reason: shortage ?? 'Other work orders come first.', admitted: others };
  }, patience);
}

/** Gives the place of an order back. Returns the orders that got one for it. */
export async function releaseSlot(database: Database, orderId: string, limits: AdmissionLimits): Promise<string[]> {
  return database.$transaction(async (session) => {
    await lockSlots(session);
    await session.slot.deleteMany({ where: { workOrderId: orderId } });
    return (await admit(session, limits)).admitted;
  }, patience);
}

async function lockSlots(session: DatabaseSession): Promise<void> {
  await session.$executeRaw`SELECT pg_advisory_xact_lock(${slotsLock})`;
}

async function admit(
  session: DatabaseSession,
  limits: AdmissionLimits,
): Promise<{ admitted: string[]; held: HeldSlot[] }> {
  // An order whose run was ended by force gave nothing back.
  await session.slot.deleteMany({ where: { workOrder: { status: { in: [...finalStatuses] } } } });
  const slots = await session.slot.findMany();
  const held: HeldSlot[] = slots.filter(({ state }) => state === 'held');
  const waiting = slots.filter(({ state }) => state === 'waiting').map(toWaitingOrder);
  const admitted = chooseAdmissions(waiting, held, limits);
  await session.slot.updateMany({
    where: { workOrderId: { in: admitted } },
    data: { state: 'held', heldSince: new Date() },
  });
  return { admitted, held: [...held, ...waiting.filter(({ orderId }) => admitted.includes(orderId))] };
}

function toWaitingOrder(row: HeldSlot & { workOrderId: string; priority: number; askedAt: Date }): WaitingOrder {
  const { workOrderId: orderId, repositoryId, model, owner, priority, askedAt } = row;
  return { orderId, repositoryId, model, owner, priority, askedAtMs: askedAt.getTime() };
}
