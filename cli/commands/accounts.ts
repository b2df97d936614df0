import { hostname } from 'node:os';

import { Option, type Command } from 'commander';

import { createApi, dataOf, type Api } from '../api-client.ts';
import type { components } from '../api-types.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { readSecrets } from '../read-secret.ts';
import { storeToken } from '../stored-tokens.ts';
import { moment } from '../wording.ts';

type Account = components['schemas']['Account'];
type Token = components['schemas']['Token'];
type AuditEvent = components['schemas']['AuditEvent'];
type Scope = 'read' | 'write' | 'admin';

const roles = ['user', 'coach', 'operator', 'approver', 'on_call', 'admin'] as const;

/** `register`, `login`, `logout`, `whoami`, `token`, `user` and `audit`. */
export function addAccountCommands(program: Command, context: CommandContext): void {
  addLoginCommands(program, context);
  addTokenCommands(program, context);
  addUserCommands(program, context);
  addAuditCommand(program, context);
}

function addLoginCommands(program: Command, context: CommandContext): void {
  const { output } = context;

  program
    .command('register')
    .description('make an account, and store a token for this machine')
    .requiredOption('--email <address>')
    .requiredOption('--name <name>')
    .option('--setup', 'asks for a setup token before the password, and makes an admin; a pipe has a line for each')
    .action(async ({ email, name, setup }: { email: string; name: string; setup?: true }) => {
      const api = context.api();
      const secrets =
        setup === true
          ? await readSecrets({ setupToken: 'Setup token', password: 'Password' })
          : await readSecrets({ password: 'Password' });
      const body = { email, name, ...secrets };
      await keepToken(api, await dataOf(api.client.POST('/api/v1/auth/register', { body })));
    });

  program
    .command('login')
    .description('log in, and store a token for this machine')
    .requiredOption('--email <address>')
    .action(async ({ email }: { email: string }) => {
      const api = context.api();
      const body = { email, ...(await readSecrets({ password: 'Password' })) };
      await keepToken(api, await dataOf(api.client.POST('/api/v1/auth/login', { body })));
    });

  async function keepToken(api: Api, login: components['schemas']['LoginAnswer']): Promise<void> {
    const loggedIn = createApi(api.url, login.accessToken);
    const body = { name: `command line on ${hostname()}`.slice(0, 100), scopes: ['read', 'write', 'admin'] as Scope[] };
    const { token } = await dataOf(loggedIn.client.POST('/api/v1/tokens', { body }));
    const file = storeToken(api.url, token);
    // The login itself was only the way to the token.
    await dataOf(loggedIn.client.POST('/api/v1/auth/logout'));
    output.line(`${login.account.name} (${login.account.role}): the token for ${api.url} is in ${file}.`);
  }

  program
    .command('logout')
    .description('revoke the stored token and remove it from this machine')
    .action(async () => {
      const api = context.api();
      const { tokenId } = await dataOf(api.client.GET('/api/v1/auth/me'));
      if (tokenId !== null) {
        await dataOf(api.client.DELETE('/api/v1/tokens/{id}', { params: { path: { id: tokenId } } }));
      }
      storeToken(api.url, undefined);
      output.line('The token is revoked and removed.');
    });

  program
    .command('whoami')
    .description('say which account this command line uses')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const me = await dataOf(context.api().client.GET('/api/v1/auth/me'));
      if (json === true) output.json(me);
      else output.line(`${me.name} (${me.role})${me.email === null ? '' : `, ${me.email}`}`);
    });
}

function addTokenCommands(program: Command, context: CommandContext): void {
  const { output } = context;
  const token = program.command('token').description('personal tokens for scripts and other machines');

  token
    .command('create')
    .description('make a token and print it, this once')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--scope <scope...>', 'what it may be used for')
        .choices(['read', 'write', 'admin'])
        .default(['read', 'write']),
    )
    .addOption(new Option('--days <number>', 'how long it is good; for ever when left out').argParser(Number))
    .option('--json', 'print JSON')
    .action(async (name: string, { scope, days, json }: { scope: Scope[]; days?: number; json?: true }) => {
      const body = { name, scopes: scope, ...(days === undefined ? {} : { expiresInDays: days }) };
      const made = await dataOf(context.api().client.POST('/api/v1/tokens', { body }));
      if (json === true) output.json(made);
      else output.line(made.token);
    });

  addListFlags(token.command('list').description("list one's tokens, newest first")).action(
    async ({ json, ...query }: ListFlags) => {
      const page = await dataOf(context.api().client.GET('/api/v1/tokens', { params: { query } }));
      printPage(context, { page, json: json === true }, tokenView);
    },
  );

  token
    .command('revoke')
    .description('refuse a token from now on')
    .argument('<id>')
    .action(async (id: string) => {
      await dataOf(context.api().client.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
      output.line('The token is revoked.');
    });
}

const tokenView = {
  none: 'There is no token.',
  heading: ['id', 'name', 'ends with', 'scopes', 'made', 'last used', 'state'],
  row: ({ id, name, hint, scopes, createdAt, lastUsedAt, revokedAt, expiresAt }: Token) => [
    id,
    name,
    hint,
    scopes.join(', '),
    moment(createdAt),
    lastUsedAt === null ? '-' : moment(lastUsedAt),
    revokedAt !== null ? 'revoked' : expiresAt === null ? 'good' : `until ${moment(expiresAt)}`,
  ],
};

interface UserFlags {
  role?: (typeof roles)[number];
  name?: string;
  active?: boolean;
  newPassword?: true;
}

function addUserCommands(program: Command, context: CommandContext): void {
  const { output } = context;
  const user = program.command('user').description('accounts, for admins');

  addListFlags(user.command('list').description('list accounts, newest first')).action(
    async ({ json, ...query }: ListFlags) => {
      const page = await dataOf(context.api().client.GET('/api/v1/users', { params: { query } }));
      printPage(context, { page, json: json === true }, userView);
    },
  );

  user
    .command('change')
    .description('change the role or name of an account, turn it off or on, or give it a new password')
    .argument('<id>')
    .addOption(new Option('--role <role>').choices(roles))
    .option('--name <name>')
    .option('--active', 'turn it on')
    .option('--no-active', 'turn it off: the person is logged out and their tokens are refused')
    .option('--new-password', 'asks for it, or reads it from standard input')
    .action(async (id: string, { role, name, active, newPassword }: UserFlags) => {
      const body = {
        ...(role === undefined ? {} : { role }),
        ...(name === undefined ? {} : { name }),
        ...(active === undefined ? {} : { isActive: active }),
        ...(newPassword === true ? await readSecrets({ newPassword: 'New password' }) : {}),
      };
      if (Object.keys(body).length === 0) throw new CommandError(exitCodes.usage, 'Say what to change: see --help.');
      const account = await dataOf(
        context.api().client.PATCH('/api/v1/users/{id}', { params: { path: { id } }, body }),
      );
      output.line(`${account.name} (${account.role}) is ${account.isActive ? 'active' : 'turned off'}.`);
    });
}

const userView = {
  none: 'There is no account.',
  heading: ['id', 'name', 'email', 'role', 'active', 'last login'],
  row: ({ id, name, email, role, isActive, lastLoginAt }: Account) => [
    id,
    name,
    email ?? '-',
    role,
    isActive ? 'yes' : 'no',
    lastLoginAt === null ? '-' : moment(lastLoginAt),
  ],
};

function addAuditCommand(program: Command, context: CommandContext): void {
  addListFlags(
    program
      .command('audit')
      .description('who did what, newest first')
      .option('--action <operation>', 'only this one, such as setFlag')
      .option('--object <id>', 'only what was done to this'),
  ).action(async ({ json, action, object, ...query }: ListFlags & { action?: string; object?: string }) => {
    const filter = {
      ...(action === undefined ? {} : { action }),
      ...(object === undefined ? {} : { objectId: object }),
    };
    const params = { query: { ...query, ...filter } };
    const page = await dataOf(context.api().client.GET('/api/v1/audit-events', { params }));
    printPage(context, { page, json: json === true }, auditView);
  });
}

const auditView = {
  none: 'Nothing has been done yet.',
  heading: ['when', 'who', 'what', 'outcome', 'object', 'from', 'details'],
  row: ({ at, actorName, action, outcome, objectId, address, details }: AuditEvent) => [
    moment(at),
    actorName,
    action,
    outcome,
    objectId ?? '-',
    address ?? '-',
    Object.entries(details)
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(', ') || '-',
  ],
};
