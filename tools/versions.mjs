/** Comparing version numbers. */

/**
 * @param {string} version numbers with dots between them
 * @param {string} minimum of the same form
 * @returns {boolean}
 */
export function isAtLeast(version, minimum) {
  const found = version.split('.').map(Number);
  const wanted = minimum.split('.').map(Number);
  for (const [index, wantedNumber] of wanted.entries()) {
    const foundNumber = found[index] ?? 0;
    if (foundNumber !== wantedNumber) return foundNumber > wantedNumber;
  }
  return true;
}
