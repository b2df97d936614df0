import type { FastifyRequest } from 'fastify';

import type { Role } from '../../domain/access/roles.ts';
import { AppError } from '../../domain/errors.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';

/** Who sends a request, as the database knows them at this moment. */
export interface Caller {
  id: string;
  name: string;
  role: Role;
  /** The personal token that was sent; null for a login. */
  tokenId: string | null;
  /** The login that was used; null for a personal token. */
  sessionId: string | null;
  /** Whose objects this operation reaches for them. */
  visibility: Visibility;
}

/** With the question whether they would be let in now. */
const callers = new WeakMap<FastifyRequest, { caller: Caller; isStillAdmitted: () => Promise<boolean> }>();

/**
 * Remembers who sends a request; for the plugin that found it out.
 *
 * @param isStillAdmitted asks the database again
 */
export function setCaller(request: FastifyRequest, caller: Caller, isStillAdmitted: () => Promise<boolean>): void {
  callers.set(request, { caller, isStillAdmitted });
}

/** Whether who sent a request would be let in now: for answers that go on for hours. */
export async function isStillAdmitted(request: FastifyRequest): Promise<boolean> {
  return (await callers.get(request)?.isStillAdmitted()) ?? false;
}

/** Who sends a request; null as long as nobody knows. */
export function findCaller(request: FastifyRequest): Caller | null {
  return callers.get(request)?.caller ?? null;
}

/**
 * Who sends a request.
 *
 * @throws AppError `not-authenticated` on a public route, where nobody has asked
 */
export function callerOf(request: FastifyRequest): Caller {
  const caller = findCaller(request);
  if (caller !== null) return caller;
  throw new AppError('not-authenticated', 'This needs an account: log in, or send a token.');
}

/** Whose objects a request may see or change. */
export function visibilityOf(request: FastifyRequest): Visibility {
  return callerOf(request).visibility;
}
