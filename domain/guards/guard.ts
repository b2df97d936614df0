/** What looks at a change before it may be published. */
export const guards = ['size', 'paths', 'tamper', 'secrets'] as const;

export type Guard = (typeof guards)[number];

/** What these have found is pushed nowhere, whatever a person answers: a secret that has left is no secret any more. */
export const withholdingGuards: ReadonlySet<Guard> = new Set(['secrets']);

/** Something in a change that blocks publishing until a person has looked at it. */
export interface GuardHit {
  guard: Guard;
  /** Null when it is about the change as a whole. */
  path: string | null;
  /** Line after the change, or before it where it was removed; null when it is about the file. */
  line: number | null;
  /** One plain sentence for a person. It never holds a secret. */
  message: string;
}
