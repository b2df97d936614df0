import { createHash } from 'node:crypto';

import { errors, jwtVerify, SignJWT } from 'jose';

const algorithm = 'HS256';
const type = 'at+jwt';
const issuer = 'ratchet';
const audience = 'ratchet-api';

/** Seconds that an access token is good for; then it is refreshed. */
export const accessTokenSeconds = 15 * 60;

/** Signs and reads the tokens of logins. */
export interface AccessTokens {
  /** @param sessionId the login that it belongs to */
  sign(userId: string, sessionId: string): Promise<string>;
  /** @returns null for what is expired, forged, or not an access token of ours */
  verify(token: string): Promise<{ userId: string; sessionId: string } | null>;
}

/**
 * Signs with the first secret and takes tokens of all of them, so that a secret is replaced without logging anybody out:
 * put the new one first, and remove the old one 15 minutes later.
 *
 * @param secrets at least one, each of at least 32 bytes
 * @throws an Error of one sentence without any
 */
export function createAccessTokens(secrets: readonly string[]): AccessTokens {
  const [first, ...others] = secrets.map((secret) => ({ id: keyId(secret), key: new TextEncoder().encode(secret) }));
  if (first === undefined) {
    throw new Error('RATCHET_AUTH_SECRETS is not set, so no login could be trusted: see docs/configuration.md.');
  }
  const keys = new Map([first, ...others].map(({ id, key }) => [id, key]));
  return {
    sign: (userId, sessionId) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: first.id })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${String(accessTokenSeconds)}s`)
        .sign(first.key),
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => keys.get(kid ?? '') ?? first.key, {
          algorithms: [algorithm],
          typ: type,
          issuer,
          audience,
          requiredClaims: ['sub', 'sid', 'exp', 'iat'],
        });
        const { sub, sid } = payload;
        return typeof sub === 'string' && typeof sid === 'string' ? { userId: sub, sessionId: sid } : null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}

/** Names a secret without telling it. */
function keyId(secret: string): string {
  return createHash('sha256').update(`key id of ${secret}`).digest('hex').slice(0, 12);
}
