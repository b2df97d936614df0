import { randomUUID } from 'node:crypto';

import { isBurst, leaseTerms } from '../../domain/budget/leases.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ModelCallRepository, Reservation } from '../../prisma/repositories/model-calls.ts';

interface Lease {
  id: string;
  leftUsdMicros: number;
  /** As `performance.now` counts. */
  usableUntilMs: number;
}

/** A step of an attempt while it asks models. */
interface BusyStep {
  /** Hashes of the prompts that have an answer or may get one: who asks them again asks the ledger. */
  questions: Set<string>;
  /** Calls whose ending is not written. */
  openCalls: number;
  /** When the last ones began. */
  startsMs: number[];
  lease: Lease | null;
  /** The request for a lease that is on its way. */
  asking: Promise<void> | null;
  /** After a refusal. */
  notAskingUntilMs: number;
}

/** A call among those of its step. */
export interface LeasedPlace {
  /** Null: the call has to ask for money of its own. */
  leaseId: string | null;
  /** To be called once, when the ending of the call is written or can't be. */
  leave: () => void;
}

export type Leases = ReturnType<typeof createLeases>;

/**
 * Money that this process holds for steps whose calls come one right after the other. Such a call waits neither for the
 * ledger nor for the ending of the one before it. The caps stay exact: what is held counts as reserved, and is given only
 * while there is plenty (`lease_budget` in the migrations).
 */
export function createLeases({ ledger, logger }: { ledger: ModelCallRepository; logger: Logger }) {
  const steps = new Map<string, BusyStep>();

  async function giveBack(step: BusyStep): Promise<void> {
    await step.asking;
    const { lease } = step;
    step.lease = null;
    if (lease === null) return;
    try {
      await ledger.returnLease(lease.id, lease.leftUsdMicros);
    } catch (error) {
      logger.debug({ err: error, leaseId: lease.id }, 'a lease was not returned: it ends by itself');
    }
  }

  function stepOf(key: string): BusyStep {
    const known = steps.get(key);
    if (known !== undefined) return known;
    const none = { openCalls: 0, startsMs: [], lease: null, asking: null, notAskingUntilMs: 0 };
    const step: BusyStep = { questions: new Set(), ...none };
    steps.set(key, step);
    whenIdle(step, () => {
      void giveBack(step);
      // What it asked has to be known until the answers are stored.
      if (step.openCalls === 0) steps.delete(key);
      return step.openCalls === 0;
    });
    return step;
  }

  async function ask(step: BusyStep, next: Reservation): Promise<void> {
    try {
      await renew(ledger, step, next);
    } catch (error) {
      logger.debug({ err: error }, 'no lease: each call asks for its own money');
    } finally {
      step.asking = null;
    }
  }

  return {
    /** Notes a call that is about to be made, and takes its money from a lease where there is one. */
    enter(reservation: Reservation): LeasedPlace {
      // What belongs to no order has no cap of its own that a part could be taken of.
      if (reservation.workOrderId === null) return { leaseId: null, leave: () => undefined };
      const step = stepOf(keyOf(reservation));
      const nowMs = performance.now();
      step.startsMs = [...step.startsMs, nowMs].slice(-leaseTerms.burstCalls);
      step.openCalls += 1;
      const leaseId = draw(step, reservation, nowMs);
      if (step.questions.size <= leaseTerms.questionsMax) step.questions.add(reservation.promptHash);
      if (isWorthAsking(step, reservation, nowMs)) step.asking = ask(step, reservation);
      return { leaseId, leave: () => (step.openCalls -= 1) };
    },

    /** Gives back all money that no call has taken. */
    async giveAllBack(): Promise<void> {
      await Promise.all([...steps.values()].map(giveBack));
    },
  };
}

/** @param isOver asked again and again while no call begins, until it says so */
function whenIdle(step: BusyStep, isOver: () => boolean): void {
  const timer = setInterval(() => {
    const lastMs = step.startsMs.at(-1) ?? 0;
    if (performance.now() - lastMs >= 2 * leaseTerms.usableMs && isOver()) clearInterval(timer);
  }, leaseTerms.usableMs);
  // No reason for a process to stay: a lease that is not returned ends by itself.
  timer.unref();
}

/** Asks for a lease for calls such as this one, or for more money on the one that the step has. */
async function renew(ledger: ModelCallRepository, step: BusyStep, next: Reservation): Promise<void> {
  const { workOrderId, attempt, capUsdMicros, dayCapUsdMicros, monthCapUsdMicros } = next;
  if (workOrderId === null) return;
  const nowMs = performance.now();
  if (step.lease !== null && nowMs >= step.lease.usableUntilMs) {
    const { id, leftUsdMicros } = step.lease;
    step.lease = null;
    await ledger.returnLease(id, leftUsdMicros);
  }
  const held = step.lease ?? { id: randomUUID(), leftUsdMicros: 0 };
  const mostUsdMicros = Math.max(0, leaseTerms.callsMost * next.amountUsdMicros - held.leftUsdMicros);
  const leastUsdMicros = Math.min(mostUsdMicros, leaseTerms.callsLeast * next.amountUsdMicros);
  const granted = await ledger.lease({
    ...{ id: held.id, workOrderId, attempt, step: next.step, isAddition: step.lease !== null },
    ...{ leastUsdMicros, mostUsdMicros, capUsdMicros, dayCapUsdMicros, monthCapUsdMicros },
    ...{ validForMs: leaseTerms.validForMs, questionsMax: leaseTerms.questionsMax },
  });
  if (granted === null) {
    step.notAskingUntilMs = nowMs + leaseTerms.usableMs;
    return;
  }
  for (const question of granted.answered) step.questions.add(question);
  // Calls may have taken from it meanwhile.
  const leftUsdMicros = held.leftUsdMicros + granted.givenUsdMicros;
  step.lease = { id: held.id, leftUsdMicros, usableUntilMs: nowMs + leaseTerms.usableMs };
}

/** Other caps have leases of their own. */
function keyOf(reservation: Reservation): string {
  const { workOrderId, attempt, step, capUsdMicros, dayCapUsdMicros, monthCapUsdMicros } = reservation;
  return [workOrderId, attempt, step, capUsdMicros, dayCapUsdMicros, monthCapUsdMicros].join('/');
}

function draw({ lease, questions }: BusyStep, { amountUsdMicros, promptHash }: Reservation, nowMs: number) {
  if (lease === null || nowMs >= lease.usableUntilMs || amountUsdMicros > lease.leftUsdMicros) return null;
  if (questions.has(promptHash) || questions.size > leaseTerms.questionsMax) return null;
  lease.leftUsdMicros -= amountUsdMicros;
  return lease.id;
}

function isWorthAsking(step: BusyStep, { amountUsdMicros }: Reservation, nowMs: number): boolean {
  const { lease, asking, questions, startsMs, notAskingUntilMs } = step;
  if (asking !== null || nowMs < notAskingUntilMs || questions.size > leaseTerms.questionsMax) return false;
  if (!isBurst(startsMs, nowMs)) return false;
  const isShort = lease !== null && lease.leftUsdMicros < leaseTerms.callsLeast * amountUsdMicros;
  const isOld = lease !== null && lease.usableUntilMs - nowMs < leaseTerms.usableMs / 2;
  return lease === null || isShort || isOld;
}
