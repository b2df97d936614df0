import { redactDeep, type KnownSecrets } from '../domain/text/redact.ts';
import { sharingConnections, type Database } from './client.ts';

/**
 * Text in which the form of a credential may stand on purpose. What a person wrote into an order is refused with a real
 * one in it, since with a gap it would be another order; the copy of a diff says itself where something is hidden in it.
 */
const ownWords = ['title', 'description', 'acceptanceCriteria', 'diff'];

/** Digests: nothing can be recognised in them, and nothing may be changed. */
const digests = ['passwordHash', 'tokenHash', 'digest', 'fingerprint'];

const keptFromForms: ReadonlySet<string> = new Set([...ownWords, ...digests]);
const keptFromValues: ReadonlySet<string> = new Set(digests);

/** Operations whose arguments hold what is written. */
const written = ['data', 'create', 'update'] as const;

type WallSecrets = Pick<KnownSecrets, 'redact' | 'redactValues'>;

/**
 * The same database, where whatever is written has no secrets in it: output of gates, words of models and providers,
 * notes of people. For every table in one place, so that a new column is covered on the day it is born. Statements that
 * bypass Prisma are not: those of the ledger carry no text from outside but answers, which are encrypted.
 */
export function redactWrites(database: Database, secrets: WallSecrets): Database {
  const redacting = database.$extends({
    query: { $allModels: { $allOperations: ({ args, query }) => query(redactArguments(args, secrets)) } },
  });
  return sharingConnections(database, redacting as unknown as Database);
}

function redactArguments<T>(given: T, { redact, redactValues }: WallSecrets): T {
  if (typeof given !== 'object' || given === null) return given;
  const changed = { ...given } as Record<string, unknown>;
  for (const name of written) {
    if (!(name in changed)) continue;
    changed[name] = redactDeep(redactDeep(changed[name], redact, keptFromForms), redactValues, keptFromValues);
  }
  return changed as T;
}
