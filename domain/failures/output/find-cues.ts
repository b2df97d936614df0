/** Different characters that all cues together may have; a number is made for each, so that the table stays small. */
const alphabet = 128;

/** Finds which of many texts stand in a line, in one walk over its characters, whatever their number. */
export interface CueFinder {
  /** Numbers of the cues in the order of the list they were made from, each once. Upper case counts as lower case. */
  findIn(line: string): number[];
  /** Calls back with the position behind a cue that was found, and goes on from the position that it answers. */
  scan(text: string, onFound: (end: number) => number): void;
}

interface Automaton {
  /** The next state for a state and a character. */
  next: Uint16Array;
  /** Cues that end in a state. */
  ends: (readonly number[])[];
}

/**
 * The automaton of Aho and Corasick: its time depends on the length of the text alone.
 *
 * @param cues lower-case texts, of at most 127 different characters
 */
export function createCueFinder(cues: readonly string[]): CueFinder {
  const slots = assignSlots(cues);
  const { next, ends } = buildAutomaton(cues, slots);
  const hasEnd = Uint8Array.from(ends, (list) => (list.length > 0 ? 1 : 0));
  const step = (state: number, code: number): number => next[state * alphabet + (slots[code] ?? 0)] ?? 0;
  return {
    findIn(line) {
      const found = new Set<number>();
      let state = 0;
      for (let at = 0; at < line.length; at += 1) {
        state = step(state, line.charCodeAt(at));
        if (hasEnd[state] === 1) for (const cue of ends[state] ?? []) found.add(cue);
      }
      return [...found];
    },
    scan(text, onFound) {
      let state = 0;
      for (let at = 0; at < text.length; at += 1) {
        state = step(state, text.charCodeAt(at));
        if (hasEnd[state] !== 1) continue;
        at = Math.max(at, onFound(at + 1) - 1);
        state = 0;
      }
    },
  };
}

// Slot 0 is every character that no cue has.
function assignSlots(cues: readonly string[]): Uint8Array {
  const slots = new Uint8Array(65_536);
  let last = 0;
  for (const cue of cues) {
    for (let at = 0; at < cue.length; at += 1) {
      const code = cue.charCodeAt(at);
      if (slots[code] === 0 && last < alphabet - 1) slots[code] = last += 1;
    }
  }
  for (let code = 65; code <= 90; code += 1) slots[code] = slots[code + 32] ?? 0;
  return slots;
}

function buildAutomaton(cues: readonly string[], slots: Uint8Array): Automaton {
  const trie = [new Map<number, number>()];
  const ends: number[][] = [[]];
  for (const [number, cue] of cues.entries()) {
    let state = 0;
    for (let at = 0; at < cue.length; at += 1) {
      const code = slots[cue.charCodeAt(at)] ?? 0;
      const known = trie[state]?.get(code);
      if (known === undefined) {
        trie.push(new Map());
        ends.push([]);
        trie[state]?.set(code, trie.length - 1);
      }
      state = known ?? trie.length - 1;
    }
    ends[state]?.push(number);
  }
  return { next: completeTransitions(trie, ends), ends };
}

// Breadth first: what a state falls back to is nearer to the start, and complete by then.
function completeTransitions(trie: readonly Map<number, number>[], ends: number[][]): Uint16Array {
  const next = new Uint16Array(trie.length * alphabet);
  const fallbacks = new Int32Array(trie.length);
  const queue = [0];
  for (let head = 0; head < queue.length; head += 1) {
    const state = queue[head] ?? 0;
    const fallback = fallbacks[state] ?? 0;
    if (state !== 0) {
      ends[state]?.push(...(ends[fallback] ?? []));
      next.copyWithin(state * alphabet, fallback * alphabet, (fallback + 1) * alphabet);
    }
    for (const [code, child] of trie[state] ?? []) {
      fallbacks[child] = state === 0 ? 0 : (next[fallback * alphabet + code] ?? 0);
      next[state * alphabet + code] = child;
      queue.push(child);
    }
  }
  return next;
}
