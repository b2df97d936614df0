const dayMs = 24 * 60 * 60_000;

/** Providers change prices a few times a year. */
export const priceAgeDaysMax = 90;

/** Whole days since prices were read. */
export function priceAgeDays(readOn: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(`${readOn}T00:00:00Z`)) / dayMs);
}

/**
 * One sentence when prices are older than 90 days, else null.
 *
 * @param readOn the day, such as `2026-11-21`
 */
export function warnOfOldPrices(source: string, readOn: string, now: Date): string | null {
  const days = priceAgeDays(readOn, now);
  if (days <= priceAgeDaysMax) return null;
  return `The prices of ${source} were read ${days} days ago, on ${readOn}: compare them with the providers' and put newer ones into the file that RATCHET_MODELS_FILE names.`;
}
