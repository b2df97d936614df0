import { ensureApplicationLogin } from '../../prisma/application-login.ts';
import type { Database } from '../../prisma/client.ts';

/** A login as the API has it, which may do less than the owner of the tables. */
export interface TestLogin {
  url: string;
  /** @param database opened by the owner */
  drop(database: Database): Promise<void>;
}

/** @param user of this test alone: logins belong to the whole server */
export async function makeApplicationLogin(databaseUrl: string, user: string): Promise<TestLogin> {
  const url = await ensureApplicationLogin(databaseUrl, { user, password: 'of tests' });
  return {
    url,
    async drop(database) {
      await database.$executeRawUnsafe(`DROP OWNED BY ${user}`);
      await database.$executeRawUnsafe(`DROP ROLE ${user}`);
    },
  };
}
