/**
 * Keeps what a process printed within a fixed number of bytes. The first and the last half of the room are kept: a
 * compiler's first error is at the top, a test runner's summary at the bottom, and the middle is the least missed.
 */

/**
 * @typedef {object} OutputCapture
 * @property {(chunk: Buffer) => void} add
 * @property {() => string} text UTF-8; names the number of bytes left out where they were
 * @property {() => boolean} isTruncated
 */

/**
 * @param {number} bytesMax room for the kept bytes; 0 keeps nothing
 * @returns {OutputCapture}
 */
export function createOutputCapture(bytesMax) {
  const headBytesMax = Math.ceil(bytesMax / 2);
  const tailBytesMax = bytesMax - headBytesMax;
  /** @type {Buffer[]} */
  const head = [];
  /** @type {Buffer[]} */
  const tail = [];
  let headBytes = 0;
  let tailBytes = 0;
  let leftOutBytes = 0;

  /** @param {Buffer} chunk */
  function addToTail(chunk) {
    tail.push(chunk);
    tailBytes += chunk.length;
    while (tailBytes > tailBytesMax) {
      const first = tail[0];
      if (first === undefined) break;
      const excessBytes = Math.min(first.length, tailBytes - tailBytesMax);
      if (excessBytes === first.length) tail.shift();
      else tail[0] = first.subarray(excessBytes);
      tailBytes -= excessBytes;
      leftOutBytes += excessBytes;
    }
  }

  return {
    add(chunk) {
      const fitting = chunk.subarray(0, headBytesMax - headBytes);
      if (fitting.length > 0) head.push(fitting);
      headBytes += fitting.length;
      if (fitting.length < chunk.length) addToTail(chunk.subarray(fitting.length));
    },
    text() {
      const middle = leftOutBytes > 0 ? `\n[${String(leftOutBytes)} bytes left out]\n` : '';
      return leftOutBytes > 0
        ? Buffer.concat(head).toString('utf8') + middle + Buffer.concat(tail).toString('utf8')
        : // Decoded in one piece: a character may lie across the border between the halves.
          Buffer.concat([...head, ...tail]).toString('utf8');
    },
    isTruncated: () => leftOutBytes > 0,
  };
}
