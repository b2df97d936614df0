import { pricePerMillionTokens, type ModelEntry, type ModelProviderName } from './models.ts';

/**
 * Who stands in for a model whose provider does not answer: of each other provider of the chain, in its order, the
 * cheapest model that is trusted at least as far, or else the one that is trusted furthest. A scripted model has nobody.
 *
 * @param usable every model that could be asked
 */
export function chooseFallbacks(
  entry: ModelEntry,
  usable: readonly ModelEntry[],
  chain: readonly ModelProviderName[],
): ModelEntry[] {
  if (entry.provider === 'scripted') return [];
  return chain
    .filter((provider) => provider !== entry.provider && provider !== 'scripted')
    .flatMap((provider) => {
      const candidates = usable.filter((candidate) => candidate.provider === provider);
      const able = candidates.filter(({ ceiling }) => ceiling >= entry.ceiling);
      const cheapest = [...able].sort(
        (a, b) => pricePerMillionTokens(a) - pricePerMillionTokens(b) || a.name.localeCompare(b.name),
      )[0];
      const best = [...candidates].sort(
        (a, b) => b.ceiling - a.ceiling || pricePerMillionTokens(a) - pricePerMillionTokens(b),
      )[0];
      const chosen = cheapest ?? best;
      return chosen === undefined ? [] : [chosen];
    });
}
