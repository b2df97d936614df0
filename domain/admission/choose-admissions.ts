/** An order that works now. */
export interface HeldSlot {
  repositoryId: string;
  model: string;
  owner: string;
}

/** An order that asks for a place. */
export interface WaitingOrder extends HeldSlot {
  orderId: string;
  /** 1 comes before 5. */
  priority: number;
  /** Milliseconds since the epoch. */
  askedAtMs: number;
}

/** How many orders may work at the same time. */
export interface AdmissionLimits {
  perRepositoryMax: number;
  perModelMax: number;
}

/**
 * Which waiting orders get a place now. Nobody is turned away or forgotten: who gets none keeps waiting, and what is
 * full for one repository or model holds nobody else back. The most urgent first; among equals the owner with the
 * fewest orders at work; among those the one who asked first.
 *
 * @returns ids of orders, in the order of admission
 */
export function chooseAdmissions(
  waiting: readonly WaitingOrder[],
  held: readonly HeldSlot[],
  limits: AdmissionLimits,
): string[] {
  const working = [...held];
  const left = [...waiting];
  const admitted: string[] = [];
  for (;;) {
    const fitting = left.filter((order) => hasRoom(order, working, limits));
    const [next] = fitting.sort((a, b) => compareClaims(a, b, working));
    if (next === undefined) return admitted;
    admitted.push(next.orderId);
    working.push(next);
    left.splice(left.indexOf(next), 1);
  }
}

/** What an order waits for, as a sentence; null when there is room for it. */
export function describeShortage(order: HeldSlot, held: readonly HeldSlot[], limits: AdmissionLimits): string | null {
  const { perRepositoryMax, perModelMax } = limits;
  if (count(held, ({ repositoryId }) => repositoryId === order.repositoryId) >= perRepositoryMax) {
    return `${perRepositoryMax} other work orders are at work on this repository.`;
  }
  if (count(held, ({ model }) => model === order.model) >= perModelMax) {
    return `${perModelMax} other work orders are at work with ${order.model}.`;
  }
  return null;
}

function hasRoom(order: HeldSlot, held: readonly HeldSlot[], limits: AdmissionLimits): boolean {
  return describeShortage(order, held, limits) === null;
}

function compareClaims(a: WaitingOrder, b: WaitingOrder, held: readonly HeldSlot[]): number {
  const ofOwner = ({ owner }: WaitingOrder) => count(held, (slot) => slot.owner === owner);
  return (
    a.priority - b.priority ||
    ofOwner(a) - ofOwner(b) ||
    a.askedAtMs - b.askedAtMs ||
    a.orderId.localeCompare(b.orderId)
  );
}

function count(slots: readonly HeldSlot[], matches: (slot: HeldSlot) => boolean): number {
  return slots.filter(matches).length;
}
