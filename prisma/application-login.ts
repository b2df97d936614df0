import { Client } from 'pg';

/** The login of API and worker. */
export const applicationUser = 'ratchet_application';

/** Tables that the application may add to and read, and never change. */
const appendOnly = ['audit_events'];

/** Tables that are none of the application's business. */
const ofTheOwner = ['_prisma_migrations'];

/**
 * Makes or renews the login with which API and worker work: it reads and writes rows, but changes no table, and of the
 * audit trail it can change nothing. To be repeated after each migration, which may bring tables.
 *
 * @param ownerUrl of a login that owns the tables and may make roles
 * @returns the address of the same database for the application
 * @throws when the owner may not make roles
 */
export async function ensureApplicationLogin(
  ownerUrl: string,
  login: { user?: string; password: string },
): Promise<string> {
  const { user = applicationUser, password } = login;
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const name = client.escapeIdentifier(user);
    const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user]);
    await client.query('BEGIN');
    const verb = known.rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(
      `${verb} ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${client.escapeLiteral(password)}`,
    );
    await client.query(`GRANT USAGE ON SCHEMA public TO ${name}`);
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`);
    await client.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${name}`);
    await client.query(`REVOKE UPDATE, DELETE ON ${appendOnly.join(', ')} FROM ${name}`);
    await client.query(`REVOKE ALL ON ${ofTheOwner.join(', ')} FROM ${name}`);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url.href;
}
