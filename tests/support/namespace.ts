import { randomBytes } from 'node:crypto';

import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { inject } from 'vitest';

import { registerSearchAttributes } from '../../worker/search-attributes.ts';

/** What lies on a Temporal server, for one test file alone. */
export interface TestNamespace {
  /** host:port of the server. */
  address: string;
  namespace: string;
}

/**
 * A namespace of its own on the Temporal server of the whole run; it goes when the server goes.
 *
 * @param withSearchAttributes false: as somebody else would have made it, without ours
 */
export async function createTestNamespace({ withSearchAttributes = true } = {}): Promise<TestNamespace> {
  const address = inject('temporalAddress');
  const namespace = `ratchet-test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    if (withSearchAttributes) await registerSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
  return { address, namespace };
}
