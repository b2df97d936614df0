import { AppError } from '../../domain/errors.ts';
import { accessTokenSeconds } from '../../platform/access-tokens.ts';
import { checkPassword, hashPassword } from '../../platform/passwords.ts';
import { createSecretToken, hashSecretToken } from '../../platform/secret-tokens.ts';
import { createAccount } from '../../prisma/repositories/accounts.ts';
import { appendAuditEvent } from '../../prisma/repositories/audit-trail.ts';
import { beginLogin, findLogin, isKnownAddress, rotateRefreshToken } from '../../prisma/repositories/login-sessions.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { limitLogins } from './login-limits.ts';

const refreshTokenPrefix = 'rrt_';

/** From where a request comes, for the audit trail. */
export interface Origin {
  address: string;
  requestId: string;
}

interface NewAccount {
  email: string;
  name: string;
  password: string;
  setupToken?: string | undefined;
}

/** Makes accounts and begins, continues and signs logins. */
export function createLogins({ database, access, flags }: RouteDependencies) {
  async function begin(userId: string, origin: Origin, newPasswordHash?: string) {
    const refreshToken = createSecretToken(refreshTokenPrefix);
    const login = { userId, refreshHash: hashSecretToken(refreshToken), newPasswordHash };
    const { sessionId, account } = await beginLogin(database, login, origin);
    return { ...(await issue(userId, sessionId, refreshToken)), account };
  }

  async function issue(userId: string, sessionId: string, refreshToken: string) {
    const accessToken = await access.tokens.sign(userId, sessionId);
    return { accessToken, expiresInSeconds: accessTokenSeconds, refreshToken };
  }

  return {
    /** @throws AppError `registration-closed`, `setup-needed`, `email-taken`, `validation-failed` for the setup token */
    async register({ email, name, password, setupToken }: NewAccount, origin: Origin) {
      if (setupToken === undefined && !(await flags.isOn('OPEN_REGISTRATION'))) {
        throw new AppError('registration-closed', 'New accounts are not taken now. Ask an admin of this installation.');
      }
      return flags.measured('OPEN_REGISTRATION', async () => {
        const passwordHash = await hashPassword(password);
        const setupTokenHash = setupToken === undefined ? null : hashSecretToken(setupToken);
        const { id } = await createAccount(database, { email, name, passwordHash, setupTokenHash }, origin);
        return begin(id, origin);
      });
    },

    /** @throws AppError `requests-limited`; `login-failed` in the same words and time whichever part was wrong */
    async logIn(given: { email: string; password: string }, origin: Origin) {
      const email = given.email.trim().toLowerCase().replaceAll('\0', '');
      const found = await findLogin(database, email);
      const isKnown = found !== null && (await isKnownAddress(database, found.id, origin.address));
      await limitLogins(database, origin.address, { email, isKnownAddress: isKnown });
      const { isRight, isOutdated } = await checkPassword(found?.passwordHash ?? null, given.password);
      if (found === null || !isRight || !found.isActive) {
        const actor = { kind: 'system' as const, name: 'unknown' };
        const object = found === null ? {} : { objectKind: 'user', objectId: found.id };
        await appendAuditEvent(database, { actor, action: 'login', outcome: 'refused', ...object, ...origin });
        throw new AppError('login-failed', 'The email address or the password is wrong, or the account is turned off.');
      }
      return begin(found.id, origin, isOutdated ? await hashPassword(given.password) : undefined);
    },

    /** @throws AppError `not-authenticated`, `token-reused` */
    async refresh(refreshToken: string, origin: Origin) {
      const next = createSecretToken(refreshTokenPrefix);
      const hashes = { used: hashSecretToken(refreshToken), next: hashSecretToken(next) };
      const { userId, sessionId } = await rotateRefreshToken(database, hashes, origin);
      return issue(userId, sessionId, next);
    },
  };
}
