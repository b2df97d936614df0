import type { StopKind, WireAnswer, WireError } from './dialect.ts';

/** What a provider does with one request: the words in which the tests describe it. */
export type WireBehaviour =
  /** Answers, in two pieces when it is asked for a stream. */
  | ({ does: 'answer'; delayMs?: number; stop?: StopKind; pauseMs?: number } & Partial<
      Pick<WireAnswer, 'text' | 'usage' | 'toolCall'>
    >)
  /** Says no, in the words of its dialect. */
  | { does: 'refuse'; status: number; headers?: Record<string, string>; error?: WireError }
  /** Cuts the connection without a word. */
  | { does: 'reset' }
  /** Says nothing more, and keeps the connection. `head`: after status and headers. `piece`: after the first piece. */
  | { does: 'hang'; after: 'request' | 'head' | 'piece' }
  /** Sends a little again and again, and never comes to an end. */
  | { does: 'drip'; everyMs: number }
  /** Cuts the connection in the middle of its answer. */
  | { does: 'cut-off' }
  /** Ends its answer properly, as far as HTTP goes, but in its middle. */
  | { does: 'end-early' }
  /** JSON that is none. */
  | { does: 'malformed' }
  /** JSON of another form. */
  | { does: 'wrong-schema' }
  /** 200, and not one byte. */
  | { does: 'nothing' }
  /** More than 20 MB. */
  | { does: 'huge' }
  /** An error as data in a stream that began with 200, after its first piece or before it. */
  | { does: 'stream-error'; after: 'head' | 'piece'; error: WireError };

/** The usual behaviour. */
export const answers: WireBehaviour = { does: 'answer' };
