/** JSON that a program of others wrote: nothing of its shape is known before it is looked at. */

/** @returns null for what is no JSON, such as the half that a program left which was killed */
export function parseUnknown(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A field of an object; undefined of anything else. */
export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
