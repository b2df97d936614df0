import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { operatorHeaders } from '../../tests/support/operator.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import { finalStatuses } from '../../domain/work-orders/work-order.ts';
import { projectRoot } from '../../tests/support/stack-parts.ts';
import type { BenchServers } from './bench-stack.ts';

const createdSchema = z.looseObject({ id: z.uuid() });

/** Creates an order through the API. @returns its id. @throws when it is refused */
export async function postOrder({ apiUrl }: BenchServers, body: object): Promise<string> {
  const response = await fetch(`${apiUrl}/api/v1/work-orders`, {
    method: 'POST',
    headers: { ...operatorHeaders, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`An order was refused: ${text}`);
  return createdSchema.parse(JSON.parse(text)).id;
}

/** One of the orders in `examples/orders`. */
export async function readBundledOrder(name: string): Promise<object> {
  const text = await readFile(join(projectRoot, 'examples/orders', `${name}.json`), 'utf8');
  return z.looseObject({}).parse(JSON.parse(text));
}

/** Waits until orders have ended, or the time is over. @returns how many have ended */
export async function waitForEnds(
  { database }: BenchServers,
  orderIds: readonly string[],
  { limitMs, onProgress }: { limitMs: number; onProgress: (ended: number) => void },
): Promise<number> {
  let ended = 0;
  const countEnded = async () => {
    const where = { id: { in: [...orderIds] }, status: { in: [...finalStatuses] } };
    const count = await database.workOrder.count({ where });
    if (count !== ended) onProgress(count);
    ended = count;
    return ended === orderIds.length;
  };
  // Those that have not ended then are what the caller reports.
  await waitFor('end of all orders', countEnded, limitMs).catch(() => undefined);
  return ended;
}
