/** At least this many characters; fewer are enough when they are of every kind. */
const lengthMin = 12;
const lengthMinOfAllKinds = 8;

/** Longer texts would let a stranger make the server hash megabytes. */
export const passwordLengthMax = 200;

const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];

/**
 * Why a new password is refused, as the end of a sentence, or null.
 *
 * @param isCommon whether a text, in lower case, is among the passwords that attackers try first
 */
export function refusePassword(password: string, isCommon: (lowerCased: string) => boolean): string | null {
  // Code points: a character that the eye sees as one may count as more, never as less.
  const length = Array.from(password).length;
  if (length > passwordLengthMax) return `must have at most ${passwordLengthMax} characters`;
  const hasAllKinds = kinds.every((kind) => kind.test(password));
  if (length < lengthMinOfAllKinds || (length < lengthMin && !hasAllKinds)) {
    return `must have at least ${lengthMin} characters, or ${lengthMinOfAllKinds} with lower and upper case, a digit and another sign`;
  }
  if (new Set(password).size < 4 || isCommon(password.toLowerCase())) {
    return 'is one of those that attackers try first: choose another';
  }
  return null;
}
