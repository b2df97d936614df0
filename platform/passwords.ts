import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import { compare } from 'bcryptjs';

/** The number of argon2id among the package's algorithms; its own names are made for another kind of TypeScript. */
const argon2id = 2;

/** OWASP's second choice of parameters for argon2id: 19 MiB, two passes, one lane. */
const parameters = { algorithm: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Salted and slow on purpose: argon2id. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters);
}

/** A hash of nothing that anybody knows, so that an unknown account takes as long as a wrong password. */
const strangersHash = hashPassword(crypto.randomUUID());

/**
 * Whether a password belongs to a stored hash.
 *
 * @param stored argon2id of ours, or bcrypt of an import; null: there is no such account, which takes as long
 * @returns also whether the hash is of an older kind, so that it can be replaced while the password is known
 */
export async function checkPassword(
  stored: string | null,
  password: string,
): Promise<{ isRight: boolean; isOutdated: boolean }> {
  if (stored !== null && /^\$2[aby]\$/.test(stored)) {
    return { isRight: await compare(password, stored), isOutdated: true };
  }
  const isRight = await verify(stored ?? (await strangersHash), password);
  return { isRight: isRight && stored !== null, isOutdated: false };
}

const common = new Set(dictionary['passwords-common']);

/** Whether a password, in lower case, is among the fifty thousand that attackers try first. */
export function isCommonPassword(lowerCased: string): boolean {
  return common.has(lowerCased);
}
