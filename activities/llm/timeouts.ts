import type { ModelProviderName } from '../../domain/budget/models.ts';
import type { CallTimeouts } from './providers/provider.ts';

const connectMs = 5_000;

/**
 * How long each provider may say nothing, in milliseconds. Anthropic sends signs of life while its models think. Chat
 * completions send nothing then: a thought of OpenAI's that is cut off is paid and lost. Ollama loads the model first.
 */
const silence: Readonly<Record<ModelProviderName, (totalMs: number) => Silence>> = {
  anthropic: () => ({ firstByteMs: 60_000, stallMs: 30_000 }),
  openai: () => ({ firstByteMs: 120_000, stallMs: 120_000 }),
  ollama: (totalMs) => ({ firstByteMs: totalMs / 2, stallMs: 30_000 }),
  scripted: () => ({ firstByteMs: 60_000, stallMs: 30_000 }),
};

type Silence = Pick<CallTimeouts, 'firstByteMs' | 'stallMs'>;

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
  const { firstByteMs, stallMs } = silence[entry.provider](totalMs);
  return { connectMs, firstByteMs: Math.min(firstByteMs, totalMs), stallMs: Math.min(stallMs, totalMs), totalMs };
}
