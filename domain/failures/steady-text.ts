// What differs between two runs with the same cause. Each is linear: bounded, and begun by what it does not repeat.
const varying: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b\d{4}-\d\d-\d\d(?:[T _]\d\d[:_-]\d\d(?:[:_-]\d\d(?:[.,_]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?(?: [AP]M)?/g, '<time>'],
  [
    /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? [\d, ]{1,9}/g,
    '<time>',
  ],
  [/\b\d{1,12}(?:\.\d{1,12})? ?(?:ms|µs|ns|min|s|m|h|secs?|seconds?|minutes?|milliseconds?)(?![\w/])/g, '<duration>'],
  [/\bduration_ms:? \d{1,12}(?:\.\d{1,12})?/g, '<duration>'],
  [/\b0x[0-9a-fA-F]{1,16}\b/g, '<address>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/(?<![\w-])(?=[a-f]{0,63}\d)[0-9a-f]{7,64}(?![\w-])/g, '<hash>'],
  [/\bsha\d{3}-[A-Za-z0-9+/=]{20,100}/g, '<hash>'],
  [/(?:\/private)?(?:\/var\/folders|\/var\/tmp|\/tmp)\/[^\s:'"()]{1,400}/g, '<temporary>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b/g, '<host>'],
  [/\[?::1?\]?:\d{2,5}\b|\blocalhost:\d{1,5}/g, '<host>'],
  [/\bport \d{1,5}\b/gi, 'port <port>'],
  [/\bpid[ =:]{1,2}\d{1,8}\b/gi, 'pid <pid>'],
  [/:\d{1,7}(?::\d{1,7})?(?!\w)/g, ':<place>'],
  [/\(\d{1,7}, ?\d{1,7}\)/g, '(<place>)'],
  [/\[\d{1,7}, ?\d{1,7}\]/g, '[<place>]'],
  // Rust names the thread of a test with a number of the machine's.
  [/' \(\d{1,12}\) panicked/g, "' panicked"],
  [/\b(line|lines|column|col|characters) \d{1,7}(?:-\d{1,7})?/gi, '$1 <place>'],
];

/** A line without what differs between two runs with the same cause: times, places, hashes, hosts, temporary names. */
export function steadyLine(line: string): string {
  let steady = line.trim();
  if (!/\d|\/tmp|\/var/.test(steady)) return steady;
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
