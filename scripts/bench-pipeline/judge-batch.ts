/** What became of one order of a batch. Times in milliseconds since the epoch; null where it did not come to that. */
export interface BatchOrder {
  number: number;
  status: string;
  pullRequests: number;
  outcomes: number;
  attempt: number;
  /** Most model calls of one step of one attempt that were paid. */
  callsOfOneStepMax: number;
  askedAtMs: number | null;
  admittedAtMs: number | null;
}

/**
 * What no batch may do, each as one sentence: lose an order, do something of it twice, or let it be overtaken by more
 * orders that asked for a place later than `overtakenMax`.
 */
export function findDefects(orders: readonly BatchOrder[], overtakenMax: number): string[] {
  return orders.flatMap((order) => [
    ...findLost(order),
    ...findDoubled(order),
    ...findStarved(order, orders, overtakenMax),
  ]);
}

function findLost({ number, status, pullRequests, outcomes }: BatchOrder): string[] {
  if (status !== 'completed') return [`Order ${number} is lost: it stands at ${status}.`];
  if (pullRequests === 0) return [`Order ${number} is lost: it has no pull request.`];
  return outcomes === 0 ? [`Order ${number} is lost: it has no outcome.`] : [];
}

function findDoubled({ number, pullRequests, outcomes, attempt, callsOfOneStepMax }: BatchOrder): string[] {
  return [
    ...(pullRequests > 1 ? [`Order ${number} is doubled: it has ${pullRequests} pull requests.`] : []),
    ...(attempt > 1 ? [`Order ${number} is doubled: it took ${attempt} attempts.`] : []),
    ...(outcomes > attempt ? [`Order ${number} is doubled: ${outcomes} outcomes of ${attempt} attempts.`] : []),
    ...(callsOfOneStepMax > 1 ? [`Order ${number} is doubled: ${callsOfOneStepMax} model calls of one step.`] : []),
  ];
}

function findStarved(order: BatchOrder, all: readonly BatchOrder[], overtakenMax: number): string[] {
  const { askedAtMs, admittedAtMs, number } = order;
  if (askedAtMs === null) return [];
  const overtaking = all.filter(
    (other) =>
      other.askedAtMs !== null &&
      other.admittedAtMs !== null &&
      other.askedAtMs > askedAtMs &&
      other.admittedAtMs < (admittedAtMs ?? Number.POSITIVE_INFINITY),
  );
  if (overtaking.length <= overtakenMax) return [];
  return [`Order ${number} is starved: ${overtaking.length} orders that came later were let in before it.`];
}
