/**
 * Endings of calls that are on their way into the ledger while their answers are on their way already. Whoever asks for
 * money of the same order waits until they are seen there, so the ledger never knows less of an order than those who ask.
 */
export function createOpenEndings() {
  const open = new Map<string | null, Set<Promise<void>>>();

  return {
    /** @param workOrderId null: calls that belong to no order */
    add(workOrderId: string | null, writing: Promise<void>): void {
      const ofOrder = open.get(workOrderId) ?? new Set();
      open.set(workOrderId, ofOrder.add(writing));
      const remove = () => {
        ofOrder.delete(writing);
        if (ofOrder.size === 0 && open.get(workOrderId) === ofOrder) open.delete(workOrderId);
      };
      // Whoever waits gets the error; this branch only keeps it from counting as unhandled when nobody waits.
      writing.then(remove, remove);
    },

    /** Resolves when all that is open now is written. @throws what writing one of them threw */
    async written(workOrderId: string | null): Promise<void> {
      const ofOrder = open.get(workOrderId);
      if (ofOrder !== undefined) await Promise.all(ofOrder);
    },
  };
}

export type OpenEndings = ReturnType<typeof createOpenEndings>;
