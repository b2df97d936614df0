import { z } from 'zod';

import { refusePassword, passwordLengthMax } from '../../domain/access/password-rule.ts';
import { roles, scopes } from '../../domain/access/roles.ts';
import { isCommonPassword } from '../../platform/passwords.ts';
import { pageOf, pageQuery, recordSchema, timeSchema } from './common.ts';

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('must be an email address'))
  .describe('Compared without case.');

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100)
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters');

const newPassword = z
  .string()
  .superRefine((password, context) => {
    const refusal = refusePassword(password, isCommonPassword);
    if (refusal !== null) context.addIssue({ code: 'custom', message: refusal });
  })
  .describe('At least 12 characters, or 8 with lower and upper case, a digit and another sign; not a common one.');

/** A password that was chosen before: whatever rules held then. */
const givenPassword = z.string().min(1).max(passwordLengthMax);

const refreshToken = z.string().min(1).max(200);

export const accountSchema = z
  .object({
    id: z.uuid(),
    email: z.string().nullable().describe('Null for the local operator, who never logs in.'),
    name: z.string(),
    role: z.enum(roles),
    isActive: z.boolean(),
    createdAt: timeSchema,
    lastLoginAt: timeSchema.nullable(),
  })
  .meta({ id: 'Account' });

export const registerBody = z
  .strictObject({
    email,
    password: newPassword,
    name,
    setupToken: z.string().min(1).max(200).optional().describe('Makes the first admin, once.'),
  })
  .meta({ id: 'Register' });

export const loginBody = z.strictObject({ email: z.string().max(254), password: givenPassword }).meta({ id: 'Login' });

export const refreshBody = z.strictObject({ refreshToken }).meta({ id: 'Refresh' });

export const loginSchema = z
  .object({
    accessToken: z.string().describe('For `Authorization: Bearer`.'),
    expiresInSeconds: z.int().describe('Of the access token.'),
    refreshToken: z.string().describe('Good for one refresh; a second use of it ends the login.'),
    account: accountSchema,
  })
  .meta({ id: 'LoginAnswer' });

export const refreshedSchema = loginSchema.omit({ account: true }).meta({ id: 'RefreshAnswer' });

export const meSchema = accountSchema
  .extend({ tokenId: z.uuid().nullable().describe('The personal token that was sent; null for a login.') })
  .meta({ id: 'Me' });

export const changePasswordBody = z
  .strictObject({ currentPassword: givenPassword, newPassword })
  .meta({ id: 'ChangePassword' });

export const tokenSchema = z
  .object({
    id: z.uuid(),
    userId: z.uuid(),
    name: z.string(),
    hint: z.string().describe('Its last characters.'),
    scopes: z.array(z.string()),
    requestsPerHour: z.int().nullable().describe("Null: what its person's role allows."),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable(),
    lastUsedAt: timeSchema.nullable(),
    revokedAt: timeSchema.nullable(),
  })
  .meta({ id: 'Token' });

export const tokenPageSchema = pageOf(tokenSchema).meta({ id: 'TokenPage' });

export const createTokenBody = z
  .strictObject({
    name,
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(scopes.length)
      .default(['read', 'write'])
      .describe(
        'read: look. write: work. admin: accounts, tokens, flags and the audit trail, as far as the role goes.',
      ),
    expiresInDays: z.int().min(1).max(3_650).optional().describe('For ever when left out.'),
    requestsPerHour: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Of this token alone; only an admin may set it.'),
  })
  .meta({ id: 'CreateToken' });

export const createdTokenSchema = tokenSchema
  .extend({ token: z.string().describe('Shown this once: only its hash is kept.') })
  .meta({ id: 'CreatedToken' });

/** Path parameter of what has an id. */
export const idParams = z.object({ id: z.uuid('must be an id') });

export const accountListQuery = pageQuery.extend({
  role: z.enum(roles).optional(),
  text: z.string().trim().min(1).max(100).optional().describe('Part of the name or the email address.'),
});

export const accountPageSchema = pageOf(accountSchema).meta({ id: 'AccountPage' });

export const changeAccountBody = z
  .strictObject({
    name: name.optional(),
    role: z.enum(roles).optional(),
    isActive: z.boolean().optional().describe('false logs the person out and refuses their tokens at once.'),
    newPassword: newPassword.optional().describe('For somebody who forgot theirs; they are logged out everywhere.'),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ id: 'ChangeAccount' });

export const auditEventSchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actorKind: z.enum(['person', 'system']),
    actorId: z.uuid().nullable(),
    actorName: z.string(),
    tokenId: z.uuid().nullable(),
    action: z.string().describe('The operation of the API, or the name of what was done without a person.'),
    outcome: z.string().describe('asked: about to be done. refused: was not. done, failed: of what has no request.'),
    objectKind: z.string().nullable(),
    objectId: z.string().nullable(),
    requestId: z.string().nullable(),
    address: z.string().nullable(),
    details: recordSchema,
  })
  .meta({ id: 'AuditEvent' });

export const auditPageSchema = pageOf(auditEventSchema).meta({ id: 'AuditPage' });

export const auditListQuery = pageQuery.extend({
  actorId: z.uuid().optional(),
  action: z.string().max(100).optional(),
  objectId: z.string().max(100).optional(),
  outcome: z.enum(['asked', 'refused', 'done', 'failed']).optional(),
});
