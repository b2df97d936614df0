/**
 * Money is a whole number of micro-dollars (one millionth of a dollar) in an ordinary number: safe up to nine billion
 * dollars, and JSON can carry it. Only the database stores it as bigint.
 */
export const usdMicrosPerUsd = 1_000_000;

/**
 * Money as a person reads it: `$0.0123`, at least four decimals because most model calls cost less than a cent.
 *
 * @param amountUsdMicros whole micro-dollars, zero or more
 */
export function formatUsdMicros(amountUsdMicros: number): string {
  const dollars = Math.floor(amountUsdMicros / usdMicrosPerUsd);
  const fraction = String(amountUsdMicros % usdMicrosPerUsd).padStart(6, '0');
  // Digits are cut from the text, not rounded as a float: $0.0000 for a call that cost something would be a lie.
  return `$${dollars}.${fraction.slice(0, 4)}${fraction.slice(4).replace(/0+$/, '')}`;
}

/**
 * Dollars, as prices are written, in micro-dollars.
 *
 * @param dollars zero or more; a part below one micro-dollar is rounded up
 */
export function toUsdMicros(dollars: number): number {
  // Nine significant decimals take away what binary fractions add: 0.0000011 * 1e6 is 1.0999999999999999.
  return Math.ceil(Number((dollars * usdMicrosPerUsd).toFixed(9)));
}
