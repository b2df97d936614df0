import { secretForms } from './secret-forms.ts';

/** Words with which documentation fills the place of a credential. */
const placeholder =
  /x{4}|\*{3}|\.{3}|…|your[-_]|example|change[-_]?me|placeholder|dummy|redacted|<[^>]{1,100}>|\$[{(]/i;

/** Below this many different characters a text is a pattern that somebody typed, such as `aaaa` or `abcabc`. */
const differentCharactersMin = 8;

/**
 * Why a text that a person wrote can't be taken, or null: it holds what looks like a real credential. Taken it would be
 * stored, sent to a model and published; with a gap in its place it would be another text. What only shows the form of
 * one is taken.
 *
 * @param what names the text in the sentence, such as `description`
 */
export function refuseSecrets(what: string, text: string): string | null {
  for (const { what: form, pattern, accept } of secretForms) {
    for (const { 0: match, groups } of text.matchAll(pattern)) {
      const secret = match.slice(groups?.['keep']?.length ?? 0);
      if (accept?.(match) === false || placeholder.test(secret) || !looksReal(secret)) continue;
      return `The ${what} holds what looks like ${form} (it begins with "${secret.slice(0, 4)}" and has ${secret.length} characters). Take it out, and replace it where it is used if it is a real one: what stands in an order is stored, sent to a model and published.`;
    }
  }
  return null;
}

function looksReal(secret: string): boolean {
  // The usual passwords of databases on one's own machine, such as postgres:postgres@.
  const [, password] = /^[^:@]{1,200}:(.*)@$/s.exec(secret) ?? [];
  const told = password ?? secret;
  if (password !== undefined && !(password.length >= 8 && /\d/.test(password) && /[A-Za-z]/.test(password)))
    return false;
  return new Set(told).size >= differentCharactersMin;
}
