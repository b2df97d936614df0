import { z } from 'zod';

import { dependencyKinds, intakeLimits, refusePath, risks } from '../../domain/work-orders/work-order.ts';

const criterion = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$/, 'must be 1 to 20 letters, digits, - or _')
    .optional()
    .describe('Short and unique in the order; AC1, AC2 ... when left out.'),
  text: text('the text of a criterion', intakeLimits.criterionLengthMax),
  command: text('a command', 1_000)
    .optional()
    .describe('A shell command that exits 0 in the workspace only when the criterion is met.'),
});

/** An order by its number or its id, in JSON. */
export const orderReference = z
  .union([z.int().min(1).max(999_999_999), z.uuid(), z.string().regex(/^\d{1,9}$/)], {
    error: 'must be the id or the number of a work order',
  })
  .transform((given) => String(given).toLowerCase());

const dependencyList = z
  .array(
    z.strictObject({
      workOrder: orderReference.describe('Number or id of the order that must come first.'),
      kind: z
        .enum(dependencyKinds)
        .default('hard')
        .describe('hard: it must be completed (or merged, by setting); soft: it must have ended, however.'),
    }),
  )
  .max(intakeLimits.dependenciesMax, `must hold at most ${intakeLimits.dependenciesMax} work orders`)
  .refine(
    (list) => new Set(list.map(({ workOrder }) => workOrder)).size === list.length,
    'must name each work order once',
  );

export type GivenDependency = z.output<typeof dependencyList>[number];

const title = text('the title', intakeLimits.titleLengthMax).refine(
  (value) => !/\p{Cc}/u.test(value),
  'must be one line',
);

const notABranch = 'is not the name of a branch';

const priority = z.int().min(1).max(5).describe('1 is the most urgent.');

/** Body of `PATCH /work-orders/{id}`. */
export const changeWorkOrderBody = z
  .strictObject({
    title: title.optional(),
    priority: priority.optional().describe('Counts for places that the order still waits for.'),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ id: 'ChangeWorkOrder' });

/** Body of `PUT /work-orders/{id}/dependencies`. */
export const replaceDependenciesBody = z
  .strictObject({ dependsOn: dependencyList.describe('All of them; an empty list means that it depends on none.') })
  .meta({ id: 'ReplaceDependencies' });

/** Body of `POST /work-orders`. */
export const createWorkOrderBody = z
  .strictObject({
    repository: z
      .string()
      .trim()
      .max(1_000)
      .superRefine((location, context) => {
        const refusal = refuseRepository(location);
        if (refusal !== null) context.addIssue({ code: 'custom', message: refusal });
      })
      .describe('A URL that git can clone, or an absolute path on the machine of the server.'),
    title,
    description: text('the description', intakeLimits.descriptionLengthMax),
    baseBranch: z
      .string()
      // In the form that other tools can read in the document; what it can't say is refined.
      .regex(/^[^\s~^:?*[\\-][^\s~^:?*[\\]{0,199}$/u, notABranch)
      .refine((branch) => !branch.includes('..') && !/\p{Cc}/u.test(branch), notABranch)
      .optional()
      .describe("The repository's default branch when left out."),
    acceptanceCriteria: z
      .array(criterion)
      .min(1, 'must hold at least one criterion: say what must be true after the change')
      .max(intakeLimits.criteriaMax, `must hold at most ${intakeLimits.criteriaMax} criteria`)
      .transform(nameCriteria)
      .refine((criteria) => new Set(criteria.map(({ id }) => id)).size === criteria.length, 'must have different ids'),
    filesInScope: z
      .array(z.string().superRefine(refineScope))
      .max(intakeLimits.filesInScopeMax, `must hold at most ${intakeLimits.filesInScopeMax} paths`)
      .default([])
      .describe('Paths inside the repository, with forward slashes. Empty: the model chooses.'),
    risk: z.enum(risks).default('medium'),
    priority: priority.default(3),
    costCapUsd: z
      .number()
      .min(0.01)
      .max(intakeLimits.costCapUsdMicrosMax / 1_000_000)
      .default(intakeLimits.costCapUsdMicrosDefault / 1_000_000)
      .describe('Dollars that this order may cost at most.'),
    allowDirty: z
      .boolean()
      .default(false)
      .describe('Accept a local repository with uncommitted changes; they are not part of the work.'),
    dependsOn: dependencyList.default([]).describe('Orders that must come first.'),
  })
  .meta({ id: 'CreateWorkOrder' });

export type CreateWorkOrder = z.output<typeof createWorkOrderBody>;

export const createWorkOrderHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('The same key with the same body gives the same order, however often it is sent.'),
});

function text(what: string, lengthMax: number) {
  return z
    .string()
    .trim()
    .min(1, `must not be empty: ${what} is needed`)
    .max(lengthMax, `must have at most ${lengthMax} characters`)
    .refine((value) => !value.includes('\0'), 'must not hold a NUL character');
}

function nameCriteria(criteria: z.output<typeof criterion>[]) {
  return criteria.map((one, index) => ({ ...one, id: one.id ?? `AC${index + 1}` }));
}

function refineScope(path: string, context: z.RefinementCtx<string>): void {
  const refusal = path.length > 500 ? 'is longer than 500 characters' : refusePath(path);
  if (refusal !== null) context.addIssue({ code: 'custom', message: `"${path.slice(0, 80)}" ${refusal}` });
}

/**
 * Why a location can't be cloned, or null. Only plain transports: git's `ext::` and other helpers run programs, and a
 * location that begins with a dash would be read as an option.
 */
function refuseRepository(location: string): string | null {
  if (location === '') return 'must not be empty: give a URL that git can clone, or an absolute path';
  if (/\p{Cc}/u.test(location)) return 'must not hold control characters';
  if (location.startsWith('/')) return null;
  if (/^[A-Za-z0-9_.-]{1,64}@[A-Za-z0-9.-]{1,253}:[^:\s]+$/.test(location) && !location.startsWith('-')) return null;
  return URL.canParse(location)
    ? refuseUrl(new URL(location))
    : 'must be a URL that git can clone, or an absolute path';
}

function refuseUrl({ protocol, username, password, search, hash }: URL): string | null {
  // The location is shown and stored as it is, and a token may stand in any of these. The name in ssh://git@ is none.
  const hasUser = username !== '' && protocol !== 'ssh:';
  if (hasUser || password !== '' || search !== '' || hash !== '') {
    return "must not hold a user, a password, a token, a query or a fragment: let git's credential helper give what is secret";
  }
  if (['https:', 'http:', 'ssh:', 'git:', 'file:'].includes(protocol)) return null;
  return 'must be a URL of https, http, ssh, git or file, or an absolute path';
}
