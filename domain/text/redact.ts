import { findCutKeys, secretForms } from './secret-forms.ts';
import { encodedForms, secretLengthMin } from './secret-values.ts';

export const redactedMark = '[redacted]';

/** Turns a text into one without secrets. */
export type Redact = (text: string) => string;

/**
 * A redactor that knows the values of this process's secrets and the usual forms of credentials. What only looks random
 * is left alone: hashes, ids and test data look random, too, and a diff must stay what it is.
 *
 * @param secrets values to hide wherever they stand, however they are encoded; those shorter than 8 characters are
 * ignored (they would hide ordinary words)
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const known = formsOf(secrets);
  return (text) => redactForms(redactValues(text, known));
}

/** Secrets of a process, of which some come and go while it runs. */
export interface KnownSecrets {
  redact: Redact;
  /** Hides the known values alone, for text in which a form of a credential may stand on purpose. */
  redactValues: Redact;
  /** @returns forgets the value again, when it is worth nothing any more */
  add(secret: string): () => void;
}

/** The same as `createRedactor`, for a process that learns of further secrets, such as the tokens that it gives out. */
export function createKnownSecrets(secrets: readonly string[]): KnownSecrets {
  const lasting = formsOf(secrets);
  const passing = new Map<symbol, string[]>();
  const redactKnown = (text: string) =>
    [lasting, ...passing.values()].reduce((clean, forms) => redactValues(clean, forms), text);
  return {
    redact: (text) => redactForms(redactKnown(text)),
    redactValues: redactKnown,
    add(secret) {
      const id = Symbol();
      passing.set(id, formsOf([secret]));
      return () => void passing.delete(id);
    },
  };
}

function formsOf(secrets: readonly string[]): string[] {
  const values = [...new Set(secrets)].filter((secret) => secret.length >= secretLengthMin);
  const forms = new Set(values.flatMap(encodedForms));
  // The longest first, so that one which holds another is hidden whole. A piece of the mark itself would never be gone.
  return [...forms].filter((form) => !redactedMark.includes(form)).sort((a, b) => b.length - a.length);
}

function redactValues(text: string, values: readonly string[]): string {
  let clean = text;
  for (const value of values) clean = clean.replaceAll(value, redactedMark);
  return clean;
}

function redactForms(text: string): string {
  let clean = text;
  for (const { hint, pattern, accept } of secretForms) {
    if (!clean.includes(hint)) continue;
    clean = clean.replaceAll(pattern, (match: string, ...groups: unknown[]) => {
      if (accept?.(match) === false) return match;
      const kept = keptOf(groups.at(-1));
      // An address goes on after its password.
      return `${kept}${redactedMark}${match.endsWith('@') ? '@' : ''}`;
    });
  }
  return clean.includes('-----END ') ? redactCutKeys(clean) : clean;
}

function keptOf(groups: unknown): string {
  const named = typeof groups === 'object' && groups !== null ? (groups as { keep?: string }) : {};
  return named.keep ?? '';
}

function redactCutKeys(text: string): string {
  let clean = '';
  let from = 0;
  for (const [start, end] of findCutKeys(text)) {
    clean += text.slice(from, start) + redactedMark;
    from = end;
  }
  return clean + text.slice(from);
}

/** Fields that name something by which it is found again: with another text in them it would be lost. */
const names: ReadonlySet<string> = new Set([
  'id',
  'repository',
  'repositoryId',
  'location',
  'forgeLocation',
  'baseBranch',
  'headBranch',
  'baseCommit',
  'headCommit',
  'commit',
  'promptHash',
  'step',
  'workflowId',
]);

/**
 * A value of plain objects, lists and texts without secrets in its texts. What has none is the same object.
 *
 * @param kept further fields that stay as they are
 */
export function redactDeep<T>(value: T, redact: Redact, kept: ReadonlySet<string> = new Set()): T {
  return clean(value, redact, kept) as T;
}

function clean(value: unknown, redact: Redact, kept: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => clean(item, redact, kept));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [
    redact(key),
    names.has(key) || kept.has(key) ? entry : clean(entry, redact, kept),
  ]);
  const isSame = entries.every(([key, entry]) => value[key] === entry);
  return isSame ? value : Object.fromEntries(entries);
}

// Dates, bytes and markers of other libraries stay as they are.
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
