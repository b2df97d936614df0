const firstMs = 10 * 60_000;
const lastMs = 6 * 60 * 60_000;

/**
 * How long to wait before looking again, should the message that tells be lost. Each look writes some events into the
 * history, so a wait of weeks must not look every ten minutes.
 *
 * @param looks how many there were
 * @returns milliseconds: 10 minutes first, doubled up to 6 hours
 */
export function lookAgainAfterMs(looks: number): number {
  return Math.min(lastMs, firstMs * 2 ** Math.min(looks, 10));
}
