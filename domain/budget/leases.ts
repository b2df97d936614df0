/** When a step of an order gets money for several calls at once, and how long it may use it. Times in milliseconds. */
export const leaseTerms = {
  /** So many calls within `burstMs` ask for a lease: those of a model that thinks for seconds never do. */
  burstCalls: 4,
  burstMs: 1_000,
  /** For how many calls such as the last one: as many as there is money for, but no fewer than the least. */
  callsMost: 256,
  callsLeast: 16,
  /** How long calls may begin on it. What others do meanwhile is not seen: stop all work, answer the same question. */
  usableMs: 1_000,
  /** After this its money is free again, whatever became of its process: much longer than it takes to book a call. */
  validForMs: 15_000,
  /** All answers of a step have to be known; one with more of them gets no lease. */
  questionsMax: 1_000,
} as const;

/** Whether calls come so fast that a lease is worth a statement. @param startsMs of the last calls, oldest first */
export function isBurst(startsMs: readonly number[], nowMs: number): boolean {
  const first = startsMs.at(-leaseTerms.burstCalls);
  return first !== undefined && nowMs - first <= leaseTerms.burstMs;
}
