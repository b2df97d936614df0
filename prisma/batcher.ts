interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** More in one statement would make the first of them wait for the last. */
const batchSizeMax = 64;

/**
 * Joins what is asked at the same time into one statement: the first goes at once, who comes while it runs goes together
 * in the next. So one caller waits for nothing, and sixteen pay for one round trip and one flush to disk.
 *
 * @param run answers a batch, one result per item in their order; when it fails all of the batch fail
 */
export function createBatcher<Item, Result>(run: (items: Item[]) => Promise<Result[]>) {
  const waiting: Waiting<Item, Result>[] = [];
  let isRunning = false;

  async function runAll(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchSizeMax);
      try {
        const results = await run(batch.map(({ item }) => item));
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isRunning = false;
  }

  return (item: Item): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // Not before the others of this turn have come.
      if (!isRunning) {
        isRunning = true;
        queueMicrotask(() => void runAll());
      }
    });
}
