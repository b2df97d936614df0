import type { ModelProviderName } from '../../domain/budget/models.ts';
import type { CallTimeouts } from './providers/provider.ts';

const connectMs = 5_000;
/** A provider that thinks sends signs of life meanwhile. */
const stallMs = 30_000;
const firstByteMs = 60_000;

/**
 * The limits of one try.
 *
 * @param entry `callTimeoutMs` bounds all of it
 * @param isStream a whole answer begins when it is finished, so only its total counts
 */
export function timeoutsOf(
  entry: { provider: ModelProviderName; callTimeoutMs: number },
  isStream: boolean,
): CallTimeouts {
  const totalMs = entry.callTimeoutMs;
  if (!isStream) return { connectMs, firstByteMs: totalMs, stallMs: totalMs, totalMs };
  // Ollama loads the model first.
  const patientMs = entry.provider === 'ollama' ? totalMs / 2 : firstByteMs;
  return { connectMs, firstByteMs: Math.min(patientMs, totalMs), stallMs: Math.min(stallMs, totalMs), totalMs };
}
