/** One piece of an XML document. Comments, declarations and the document type are left out. */
export type XmlPiece =
  | { kind: 'open'; name: string; attributes: ReadonlyMap<string, string>; isEmpty: boolean }
  | { kind: 'close'; name: string }
  | { kind: 'text'; text: string };

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const attributesMax = 60;

/**
 * The pieces of a document in their order, found in one walk from its start to its end. Entities of the document's own
 * are not resolved, so that none can grow.
 *
 * @returns null where a piece is cut off
 */
export function scanXml(text: string): XmlPiece[] | null {
  const pieces: XmlPiece[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const end = open === -1 ? text.length : open;
    if (end > at) pieces.push({ kind: 'text', text: decode(text.slice(at, end)) });
    if (open === -1) break;
    const next = readMarkup(text, open, pieces);
    if (next === -1) return null;
    at = next;
  }
  return pieces;
}

/** Where the markup ends, -1 where it does not. */
function readMarkup(text: string, open: number, pieces: XmlPiece[]): number {
  if (text.startsWith('<![CDATA[', open)) {
    const end = text.indexOf(']]>', open);
    if (end !== -1) pieces.push({ kind: 'text', text: text.slice(open + 9, end) });
    return end === -1 ? -1 : end + 3;
  }
  for (const [start, stop] of [
    ['<!--', '-->'],
    ['<?', '?>'],
    ['<!', '>'],
  ] as const) {
    if (text.startsWith(start, open)) return after(text, stop, open);
  }
  return readTag(text, open, pieces);
}

function after(text: string, stop: string, from: number): number {
  const end = text.indexOf(stop, from);
  return end === -1 ? -1 : end + stop.length;
}

function readTag(text: string, open: number, pieces: XmlPiece[]): number {
  const end = endOfTag(text, open);
  if (end === -1) return -1;
  const inside = text.slice(open + 1, end);
  if (inside.startsWith('/')) {
    pieces.push({ kind: 'close', name: inside.slice(1).trim() });
    return end + 1;
  }
  const isEmpty = inside.endsWith('/');
  const name = /^[^\s/]{1,100}/.exec(inside)?.[0] ?? '';
  pieces.push({ kind: 'open', name, attributes: readAttributes(inside.slice(name.length)), isEmpty });
  return end + 1;
}

/** The `>` of a tag; one inside of a quoted value does not end it. */
function endOfTag(text: string, open: number): number {
  let quote = '';
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
  }
  return -1;
}

function readAttributes(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  let at = 0;
  while (attributes.size < attributesMax) {
    const equals = text.indexOf('=', at);
    if (equals === -1) break;
    const open = [text.indexOf('"', equals), text.indexOf("'", equals)].filter((one) => one !== -1);
    const start = Math.min(...open);
    const close = open.length === 0 ? -1 : text.indexOf(text.charAt(start), start + 1);
    if (close === -1) break;
    attributes.set(text.slice(at, equals).trim(), decode(text.slice(start + 1, close)));
    at = close + 1;
  }
  return attributes;
}

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
