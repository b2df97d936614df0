import type { NativeConnection } from '@temporalio/worker';

import { searchAttributes } from '../workflows/contract.ts';

/** Numbers of Temporal's wire format (`IndexedValueType`). */
const wireTypes = { KEYWORD: 2, INT: 3, DOUBLE: 4, DATETIME: 6 } as const;

/** gRPC's number for "somebody else has made it". */
const grpcAlreadyExists = 6;

/**
 * Registers the search attributes that the server doesn't know. The server of `npm start` gets them as arguments; one of
 * the user's own refuses every run until they are there. May be called by several workers at once.
 *
 * @returns names of those that were missing
 * @throws an Error of one sentence when the server doesn't let us register them
 */
export async function registerSearchAttributes(
  connection: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return [];
  const wanted = Object.fromEntries(missing.map(({ name, type }) => [name, wireTypes[type]]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (error) {
    if (!isAlreadyThere(error)) throw refused(missing, namespace, error);
  }
  return missing.map(({ name }) => name);
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === grpcAlreadyExists;
}

function refused(missing: readonly { name: string; type: string }[], namespace: string, cause: unknown): Error {
  const names = missing.map(({ name, type }) => `${name} (${type})`).join(', ');
  return new Error(
    `Temporal's namespace ${namespace} lacks search attributes and doesn't let this worker register them, so no run can start: have its operator add ${names}.`,
    { cause },
  );
}
