import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import {
  committedOperations,
  permissions,
  publicOperations,
  reachOf,
  streamedOperations,
} from '../../domain/access/permissions.ts';
import { AppError } from '../../domain/errors.ts';
import { hashSecretToken } from '../../platform/secret-tokens.ts';
import { appendAuditEvent } from '../../prisma/repositories/audit-trail.ts';
import {
  createAuthorizer,
  type AskingRequest,
  type Authorization,
} from '../../prisma/repositories/authorize-requests.ts';
import { findCaller, setCaller, type Caller } from '../access/caller.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { acceptsStream } from '../streams/event-stream.ts';

/** How personal tokens begin. */
export const apiTokenPrefix = 'rat_';

/**
 * Finds out who sends each request and whether they may, before anything else is read of it. Register it before the
 * routes: one whose operation stands not in the permission matrix is refused here, when the process starts.
 */
export function registerAuthentication(app: FastifyInstance, dependencies: ApiDependencies): void {
  const { database, access } = dependencies;
  const authorize = createAuthorizer(database, access.limits);

  app.addHook('onRoute', ({ url, schema }) => {
    const operation = operationOf(schema);
    if (!url.startsWith('/api/') && schema?.hide === true) return;
    if (operation !== null && (publicOperations.has(operation) || Object.hasOwn(permissions, operation))) return;
    if (operation === null && !url.startsWith('/api/')) return;
    throw new Error(
      `${url} is ${operation ?? 'without an operationId'}: domain/access/permissions.ts says nothing of it.`,
    );
  });

  app.addHook('onRequest', async (request, reply) => {
    const operation = operationOf(request.routeOptions.schema);
    if (operation === null || publicOperations.has(operation)) return;
    const { credential, sessionId } = await readCredential(request, dependencies);
    const authorization = await authorize({
      credential,
      isCounted: !(streamedOperations.has(operation) && acceptsStream(request.headers.accept)),
      audit: changesSomething(request)
        ? { ...toAudit(request, operation), isCommittedLater: committedOperations.has(operation) }
        : null,
    });
    const isStillAdmitted = async () => {
      const { person } = await authorize({ credential, isCounted: false, audit: null });
      const before = authorization.person;
      return (
        person !== null && person.role === before?.role && reachOf(operation, person.role, person.scopes) !== 'none'
      );
    };
    admit(request, reply, { authorization, operation, sessionId, isStillAdmitted });
  });

  // What was asked for stands in the trail before it is done; that it was refused, before the answer goes out: what its
  // sender does next comes after it. Nobody who is unknown can fill the trail.
  app.addHook('onSend', async (request, reply) => {
    const operation = operationOf(request.routeOptions.schema);
    if (operation === null || publicOperations.has(operation)) return;
    const caller = findCaller(request);
    if (caller === null || reply.statusCode < 400 || !changesSomething(request)) return;
    const asked = toAudit(request, operation);
    await recordRefusal(dependencies, request, { ...asked, caller, status: reply.statusCode });
  });
}

function operationOf(schema: { operationId?: unknown } | undefined): string | null {
  return typeof schema?.operationId === 'string' ? schema.operationId : null;
}

function changesSomething({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

interface Credential {
  credential: AskingRequest['credential'];
  sessionId: string | null;
}

async function readCredential(request: FastifyRequest, { access }: ApiDependencies): Promise<Credential> {
  const [, sent] = /^Bearer ([\w.~+/=-]{1,2000})$/i.exec(request.headers.authorization ?? '') ?? [];
  if (sent === undefined) {
    throw notAuthenticated(
      'This needs an account: send `Authorization: Bearer` with an access token or a personal token.',
    );
  }
  if (sent.startsWith(apiTokenPrefix)) {
    return { credential: { kind: 'token', hash: hashSecretToken(sent) }, sessionId: null };
  }
  const claims = await access.tokens.verify(sent);
  if (claims === null) throw notAuthenticated('The token is expired or not one of ours: refresh it, or log in again.');
  return { credential: { kind: 'session', sessionId: claims.sessionId }, sessionId: claims.sessionId };
}

function notAuthenticated(message: string): AppError {
  return new AppError('not-authenticated', message);
}

interface Admission {
  authorization: Authorization;
  operation: string;
  sessionId: string | null;
  isStillAdmitted: () => Promise<boolean>;
}

function admit(request: FastifyRequest, reply: FastifyReply, admission: Admission): void {
  const { authorization, operation, sessionId, isStillAdmitted } = admission;
  const { person, refusal, limit } = authorization;
  if (person === null || refusal === 'unknown') {
    throw notAuthenticated('The token is revoked, expired or unknown, or its account is turned off.');
  }
  if (limit !== null) {
    void reply.header('ratelimit-limit', String(limit.perHour));
    void reply.header('ratelimit-remaining', String(limit.remaining));
    void reply.header('ratelimit-reset', String(limit.resetSeconds));
  }
  if (refusal !== null) throw limited(authorization);
  const reach = reachOf(operation, person.role, person.scopes);
  const { id, name, role, tokenId } = person;
  const visibility = reach === 'all' ? ('everybody' as const) : { ownerId: id };
  setCaller(request, { id, name, role, tokenId, sessionId, visibility }, isStillAdmitted);
  if (reach === 'none') {
    const message =
      reachOf(operation, person.role, null) === 'none'
        ? `The role ${person.role} may not do this: an admin can change the role.`
        : `This token was not made for this: make one with the scope ${permissions[operation]?.scope ?? 'that it needs'}.`;
    throw new AppError('permission-denied', message);
  }
}

function limited({ refusal, limit }: Authorization): AppError {
  const seconds = limit?.resetSeconds ?? 60;
  const whose =
    refusal === 'limit' ? `${String(limit?.perHour ?? 0)} requests an hour are` : 'All requests of this hour are';
  const message = `${whose} used up. Try again in ${String(seconds)} seconds, or follow events instead of asking.`;
  return new AppError('requests-limited', message, { retryAfterMs: seconds * 1_000 });
}

type Asked = Omit<NonNullable<AskingRequest['audit']>, 'isCommittedLater'>;

function toAudit(request: FastifyRequest, action: string): Asked {
  // Parameters that have been read may be numbers, such as that of a pull request.
  const [objectId] = Object.values((request.params ?? {}) as Record<string, string | number>);
  return {
    action,
    objectId: objectId === undefined ? null : String(objectId).slice(0, 100).replaceAll('\0', ''),
    requestId: request.id,
    address: request.ip,
  };
}

async function recordRefusal(
  { database }: ApiDependencies,
  request: FastifyRequest,
  what: Asked & { caller: Caller; status: number },
): Promise<void> {
  const { action, objectId, requestId, address, caller, status } = what;
  try {
    await appendAuditEvent(database, {
      actor: { kind: 'person', id: caller.id, name: caller.name, tokenId: caller.tokenId },
      ...{ action, outcome: 'refused', requestId, address, details: { status } },
      ...(objectId === null ? {} : { objectId }),
    });
  } catch (error) {
    // What was asked for stands in the trail, and its sender is told all the same.
    request.log.warn({ err: error, action }, 'a refused request is missing in the audit trail');
  }
}
