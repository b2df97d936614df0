const charactersMax = 2_000_000;
const lineLengthMax = 2_000;
const escape = String.fromCharCode(27);
const ansi = new RegExp(`${escape}\\[[0-9;?]{0,20}[A-Za-z]|${escape}\\]8;[^${escape}]{0,500}${escape}\\\\`, 'g');

/** The last two million characters without colours and links, as lines of at most 2,000 characters. */
export function plainLines(output: string): string[] {
  return output
    .slice(-charactersMax)
    .replaceAll(ansi, '')
    .split('\n')
    .map((line) => line.slice(0, lineLengthMax).trimEnd());
}

// What differs between two runs of the same command on the same files.
const varying: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?)?/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?(?: [AP]M)?/g, '<time>'],
  [/\b\d{1,12}(?:\.\d{1,12})? ?(?:ms|µs|ns|min|s|m|h|secs?|seconds?|minutes?)(?![\w/])/g, '<duration>'],
  [/\bduration_ms:? \d{1,12}(?:\.\d{1,12})?/g, '<duration>'],
  [/\b0x[0-9a-fA-F]{1,16}\b/g, '<address>'],
  [/(?:\/private)?(?:\/var\/folders|\/var\/tmp|\/tmp)\/[^\s:'"()]{1,400}/g, '<temporary>'],
  [/:\d{1,7}(?::\d{1,7})?(?!\w)/g, ':<place>'],
  [/\(\d{1,7},\d{1,7}\)/g, '(<place>)'],
  // Rust names the thread of a test with a number of the machine's.
  [/' \(\d{1,12}\) panicked/g, "' panicked"],
  [/\b(line|lines|column|col) \d{1,7}/gi, '$1 <place>'],
];

/**
 * A hash of what a gate printed that stays the same when only times, places and temporary names differ, and when its
 * lines come in another order.
 *
 * @param root absolute path of the repository's top folder during the run; empty where it is not known
 * @returns 16 hexadecimal digits
 */
export function fingerprintOutput(output: string, root = ''): string {
  const lines = plainLines(root === '' ? output : output.replaceAll(root, '<root>')).map(steadyLine);
  return hashText([...new Set(lines.filter((line) => line !== ''))].toSorted().join('\n'));
}

function steadyLine(line: string): string {
  let steady = line.trim();
  for (const [pattern, replacement] of varying) steady = steady.replaceAll(pattern, replacement);
  return steady;
}

/** FNV-1a with 64 bits, in halves that numbers hold exactly. Characters beyond one byte are taken as two. */
export function hashText(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const add = (byte: number): void => {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3.
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (low << 8)) >>> 0;
    low = product >>> 0;
  };
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    add(unit & 0xff);
    if (unit > 0xff) add(unit >>> 8);
  }
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}
