import { NativeConnection } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { createTestNamespace, type TestNamespace } from '../support/namespace.ts';
import { waitFor } from '../support/wait-for.ts';

const names = Object.values(searchAttributes).map(({ name }) => name);
const cost = defineSearchAttributeKey(searchAttributes.costUsd.name, searchAttributes.costUsd.type);

let temporal: TestNamespace;
let native: NativeConnection;
let connection: Connection;

beforeAll(async () => {
  temporal = await createTestNamespace({ withSearchAttributes: false });
  native = await NativeConnection.connect({ address: temporal.address });
  connection = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  await connection.close();
  await native.close();
});

/** A run that nobody works on: the server alone decides whether it takes the attribute. */
async function startRun(workflowId: string): Promise<string> {
  const { workflow } = new Client({ connection, namespace: temporal.namespace });
  const typedSearchAttributes = new TypedSearchAttributes([{ key: cost, value: 1.5 }]);
  const options = { workflowId, taskQueue: 'nobody', typedSearchAttributes };
  return (await workflow.start('workOrder', options)).workflowId;
}

describe('a Temporal server of the user', () => {
  it('gets the search attributes that it lacks from the worker, and then takes runs that carry them', async () => {
    await expect(startRun('before')).rejects.toThrow();
    // The worker that comes first, and one that starts at the same moment.
    const registered = await Promise.all([
      registerSearchAttributes(native, temporal.namespace),
      registerSearchAttributes(native, temporal.namespace),
    ]);
    expect(registered[0]).toEqual(names);
    expect(await waitFor('run', async () => startRun('after').catch(() => null))).toBe('after');
  });

  it('is left alone when it has them all', async () => {
    expect(await registerSearchAttributes(native, temporal.namespace)).toEqual([]);
  });
});
