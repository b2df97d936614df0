import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: nobody guesses one, so a plain hash of it is enough to store. */
const tokenBytes = 32;

/** A new secret token. @param prefix tells people and scanners what it is, such as `rat_` */
export function createSecretToken(prefix: string): string {
  return `${prefix}${randomBytes(tokenBytes).toString('base64url')}`;
}

/** As many of its last characters as a person needs to recognise a token. */
const hintLength = 4;

/** What is stored of a token that people see in a list: its hash, and by what they recognise it. */
export function hashWithHint(token: string): { hash: Uint8Array<ArrayBuffer>; hint: string } {
  return { hash: hashSecretToken(token), hint: token.slice(-hintLength) };
}

/** What is stored of a token: it finds the token's row and does not give the token away. */
export function hashSecretToken(token: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
