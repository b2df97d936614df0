import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { ErrorCode } from '../../domain/errors.ts';
import type { CallScope } from './reservation.ts';

export interface SessionRequest {
  scope: CallScope;
  /** The only model that the session may ask. */
  model: string;
  /** Ends the session's calls, the running one included. */
  signal?: AbortSignal | undefined;
  /** Serve the session also on a Unix socket in this folder, for a process without a network. */
  socketFolder?: string | undefined;
}

/** What a session's calls came to. The money is in the ledger. */
export interface SessionCalls {
  /** Answers that were sent. */
  count: number;
  /** Tokens of these answers, as the providers counted them; the same answer given again counts again. */
  inputTokens: number;
  outputTokens: number;
  /** Whether any of them was played from a script. */
  scripted: boolean;
  /** Whether another model stood in for the session's in any of them. */
  degraded: boolean;
  lastErrorCode: ErrorCode | null;
  /** The sentence of that error. */
  lastErrorMessage: string | null;
}

export interface Session {
  request: SessionRequest;
  calls: SessionCalls;
  /** When all answers that were sent are in the ledger. */
  written: Promise<void>;
}

/** The sessions that are open, found by their token. */
export function createSessions() {
  const sessions = new Map<string, Session & { digest: Buffer }>();

  return {
    /** @returns the session's token: 32 random bytes in hex, kept nowhere else */
    open(request: SessionRequest): { token: string; session: Session } {
      const token = randomBytes(32).toString('hex');
      const digest = digestOf(token);
      const session = {
        request,
        calls: {
          count: 0,
          inputTokens: 0,
          outputTokens: 0,
          scripted: false,
          degraded: false,
          lastErrorCode: null,
          lastErrorMessage: null,
        },
        written: Promise.resolve(),
        digest,
      };
      sessions.set(digest.toString('hex'), session);
      return { token, session };
    },

    close(token: string): void {
      sessions.delete(digestOf(token).toString('hex'));
    },

    /** The session of a token, or null. The time it takes tells nothing about any token. */
    find(token: string): Session | null {
      const digest = digestOf(token);
      const session = sessions.get(digest.toString('hex'));
      return session !== undefined && timingSafeEqual(session.digest, digest) ? session : null;
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
