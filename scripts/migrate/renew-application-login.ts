import { ensureApplicationLogin } from '../../prisma/application-login.ts';
import { readVariable } from '../../tools/environment.mjs';

/**
 * Gives the login of API and worker its rights again, which a migration or another database may not have brought along.
 * Only where DATABASE_OWNER_URL says that there are two logins; `npm start` does it by itself.
 *
 * @throws when the owner may not make roles, or DATABASE_URL names no login of its own
 */
export async function renewApplicationLogin(ownerUrl: string): Promise<void> {
  const application = readVariable('DATABASE_URL');
  if (readVariable('DATABASE_OWNER_URL') === undefined || application === undefined) return;
  const { username, password } = new URL(application);
  if (username === new URL(ownerUrl).username) return;
  if (password === '') throw new Error('DATABASE_URL names a login without a password, so it could not be made.');
  await ensureApplicationLogin(ownerUrl, {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  });
}
