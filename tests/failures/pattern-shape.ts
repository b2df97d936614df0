/** A part of a pattern that is repeated, as it stands there. */
interface Atom {
  /** The pattern of one character; null for a group and for what has no width. */
  character: string | null;
  /** The alternatives of a group; null for a character. */
  group: readonly (readonly Atom[])[] | null;
  min: number;
  max: number;
}

const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));
/** A group that is repeated so rarely multiplies the work by a small number only. */
const fewTimes = 3;

/**
 * The repeated groups of a pattern through which a line can be divided in more and more ways: they hold a repetition, and
 * nothing between two turns that this repetition could not match as well. Such a pattern takes exponential time.
 *
 * @returns an empty list for a pattern that cannot blow up
 */
export function blowUps(pattern: RegExp): string[] {
  const found: string[] = [];
  walk(parse(pattern.source), found);
  return found;
}

function walk(alternatives: readonly (readonly Atom[])[], found: string[]): void {
  for (const atom of alternatives.flat()) {
    if (atom.group === null) continue;
    if (atom.max > fewTimes) for (const body of atom.group) if (isAmbiguous(body)) found.push(print(atom));
    walk(atom.group, found);
  }
}

function isAmbiguous(body: readonly Atom[]): boolean {
  const repeated = body.flatMap(variableIn);
  if (repeated.length === 0) return false;
  const fixed = body.filter(({ character, min, max }) => character !== null && min === 1 && max === 1);
  return !fixed.some(({ character }) => repeated.every((other) => areApart(character ?? '', other)));
}

/** The characters that are repeated a variable number of times, at any depth. */
function variableIn({ character, group, min, max }: Atom): string[] {
  if (group !== null) return group.flat().flatMap(variableIn);
  return character !== null && max > min && max > 1 ? [character] : [];
}

function areApart(one: string, other: string): boolean {
  const [first, second] = [new RegExp(`^${one}$`), new RegExp(`^${other}$`)];
  return !printable.some((text) => first.test(text) && second.test(text));
}

function print({ group, max }: Atom): string {
  const flat = (atoms: readonly Atom[]): string => atoms.map((atom) => atom.character ?? '(…)').join('');
  return `(${(group ?? []).map(flat).join('|')}){,${max}}`;
}

function parse(source: string): readonly (readonly Atom[])[] {
  const reader = { source, at: 0 };
  return readAlternatives(reader);
}

interface Reader {
  source: string;
  at: number;
}

function readAlternatives(reader: Reader): readonly (readonly Atom[])[] {
  const alternatives: Atom[][] = [[]];
  while (reader.at < reader.source.length && reader.source[reader.at] !== ')') {
    if (reader.source[reader.at] === '|') {
      reader.at += 1;
      alternatives.push([]);
    } else alternatives.at(-1)?.push(readAtom(reader));
  }
  return alternatives;
}

const opening = /\((?:\?(?:[=!:]|<[=!]|<\w+>))?/y;
const character = /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u[\dA-Fa-f]{4}|\\[xc].|\\k<\w+>|\\.|[^()|]/uy;
const quantifier = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;

function readAtom(reader: Reader): Atom {
  const open = take(reader, opening);
  if (open === null) {
    const text = take(reader, character) ?? '';
    const hasWidth = text !== '' && !/^(?:\^|\$|\\[bB])$/.test(text);
    return { character: hasWidth ? text : null, group: null, ...readCount(reader) };
  }
  const group = readAlternatives(reader);
  reader.at += 1;
  // What looks ahead or back is tried at one place only.
  const isLook = /[=!]$/.test(open);
  return { character: null, group: isLook ? [] : group, ...readCount(reader) };
}

function readCount(reader: Reader): { min: number; max: number } {
  const text = take(reader, quantifier)?.replace(/\?$/, (lazy, at: number) => (at === 0 ? lazy : '')) ?? '';
  if (text === '') return { min: 1, max: 1 };
  if (text === '?') return { min: 0, max: 1 };
  if (text === '*' || text === '+') return { min: text === '*' ? 0 : 1, max: Infinity };
  const [min = 0, max] = text
    .slice(1, -1)
    .split(',')
    .map((count) => (count === '' ? Infinity : Number(count)));
  return { min, max: max ?? min };
}

function take(reader: Reader, form: RegExp): string | null {
  form.lastIndex = reader.at;
  const text = form.exec(reader.source)?.[0] ?? null;
  if (text !== null) reader.at += text.length;
  return text;
}
