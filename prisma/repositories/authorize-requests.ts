import { roles, scopes, type Role, type Scope } from '../../domain/access/roles.ts';
import { createBatcher } from '../batcher.ts';
import { runPrepared, type Database } from '../client.ts';

/** A request that asks to be let in. */
export interface AskingRequest {
  credential: { kind: 'token'; hash: Uint8Array } | { kind: 'session'; sessionId: string };
  /** Whether it counts against the limits. */
  isCounted: boolean;
  /** What it is going to do, for the audit trail; null for what only reads. */
  audit: {
    action: string;
    objectId: string | null;
    requestId: string;
    address: string;
    /** A commit of the request's own follows before anything is done: the row reaches the disk with it. */
    isCommittedLater: boolean;
  } | null;
}

/** Requests an hour for one person, by role, and for everybody together. */
export type RequestLimits = Readonly<Record<Role | 'all', number>>;

/** The answer about one request. */
export interface Authorization {
  /** Null when nobody is known by what was sent. */
  person: { id: string; name: string; role: Role; scopes: Scope[] | null; tokenId: string | null } | null;
  /** Null: it may go on. */
  refusal: 'unknown' | 'limit' | 'limit-all' | null;
  /** Of the person; null where nothing was counted. */
  limit: { perHour: number; remaining: number; resetSeconds: number } | null;
}

interface Row {
  user_id: string | null;
  name: string | null;
  role: string | null;
  scopes: string[] | null;
  token_id: string | null;
  refusal: Authorization['refusal'];
  limit_per_hour: number | null;
  remaining: number | null;
  reset_seconds: number | null;
}

const statement = { name: 'authorize-requests', text: 'SELECT * FROM authorize_requests($1::jsonb, $2::jsonb)' };

/**
 * Asks the database who sends a request and whether they may, once per request: a token that was revoked, a role that was
 * changed and an hour that is used up count at once, in every process. Requests that come together ask together.
 */
export function createAuthorizer(database: Database, limits: RequestLimits) {
  const givenLimits = JSON.stringify(limits);
  return createBatcher<AskingRequest, Authorization>(async (requests) => {
    const rows = await runPrepared(database, statement, [JSON.stringify(requests.map(toAsked)), givenLimits]);
    return (rows as unknown as Row[]).map(toAuthorization);
  });
}

function toAsked({ credential, isCounted, audit }: AskingRequest) {
  const who =
    credential.kind === 'token'
      ? { tokenHash: Buffer.from(credential.hash).toString('hex') }
      : { sessionId: credential.sessionId };
  return { ...who, isCounted, ...(audit === null ? {} : { audit }) };
}

function toAuthorization(row: Row): Authorization {
  const { user_id: id, name, limit_per_hour: perHour, remaining, reset_seconds: resetSeconds } = row;
  const role = roles.find((one) => one === row.role);
  const person =
    id === null || name === null || role === undefined
      ? null
      : { id, name, role, scopes: toScopes(row.scopes), tokenId: row.token_id };
  return {
    person,
    refusal: row.refusal,
    limit:
      perHour === null || remaining === null || resetSeconds === null
        ? null
        : { perHour, remaining: Math.max(0, remaining), resetSeconds },
  };
}

function toScopes(stored: string[] | null): Scope[] | null {
  return stored === null ? null : scopes.filter((scope) => stored.includes(scope));
}
