/** Subjects that are never given to a cheap model, with the words that name them. Matched on word boundaries only. */
const subjects: readonly (readonly [subject: string, words: readonly string[]])[] = [
  ['injection', ['sql injection', 'injection', 'xss', 'csrf', 'ssrf']],
  ['authentication', ['authentication', 'authenticate', 'login', 'oauth', 'jwt', 'session token']],
  ['authorisation', ['authorisation', 'authorization', 'authorise', 'authorize', 'permissions', 'rbac']],
  ['encryption', ['encryption', 'encrypt', 'decrypt', 'cryptography', 'cipher']],
  ['password hashing', ['password', 'passwords', 'bcrypt', 'argon2', 'scrypt']],
  ['secrets', ['secret', 'secrets', 'api key', 'api keys', 'private key', 'credential', 'credentials']],
  ['access control', ['access control', 'acl']],
  ['input validation', ['input validation', 'sanitise', 'sanitize', 'sanitisation', 'sanitization']],
  ['API contract', ['api contract', 'public contract', 'openapi schema']],
  ['schema change', ['schema change', 'alter table', 'event schema']],
  ['breaking change', ['breaking change', 'breaking changes', 'backwards incompatible']],
  ['database migration', ['database migration', 'migration', 'migrations']],
  ['system design', ['system design']],
];

export interface HardStop {
  subject: string;
  /** The words of the order that matched. */
  match: string;
}

const patterns = subjects.flatMap(([subject, words]) =>
  words.map((word) => ({ subject, pattern: new RegExp(`\\b${word.replaceAll(' ', '\\s+')}\\b`, 'i') })),
);

/** The first hard stop that a text names, or null. */
export function findHardStop(text: string): HardStop | null {
  for (const { subject, pattern } of patterns) {
    const match = pattern.exec(text);
    if (match) return { subject, match: match[0] };
  }
  return null;
}
