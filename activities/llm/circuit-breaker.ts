export interface BreakerPolicy {
  /** Failures one after another until the provider is left alone. */
  failuresMax: number;
  /** How long it is left alone before one call may try it again. */
  restMs: number;
}

export const defaultBreakerPolicy: BreakerPolicy = { failuresMax: 5, restMs: 30_000 };

/** `closed`: calls pass. `open`: none does. `probing`: one call finds out whether the provider is back. */
export type BreakerState = 'closed' | 'open' | 'probing';

export interface ProviderHealth {
  provider: string;
  state: BreakerState;
  /** Failures since the last success. */
  failures: number;
  /** Until when it is left alone, in milliseconds since 1970; null while calls pass. */
  restsUntilMs: number | null;
  lastErrorCode: string | null;
}

/** Leaves a provider alone that fails again and again, and lets one call at a time find out when it is back. */
export class CircuitBreaker {
  #failures = 0;
  #restsUntilMs: number | null = null;
  #isProbing = false;
  #lastErrorCode: string | null = null;
  readonly #policy: BreakerPolicy;
  readonly #now: () => number;

  constructor(policy: BreakerPolicy, now: () => number = Date.now) {
    this.#policy = policy;
    this.#now = now;
  }

  /**
   * Asks for a call. Whoever gets one says how it ended: `succeeded`, `failed` or `gaveUp`.
   *
   * @returns null, or milliseconds until it is worth asking again
   */
  enter(): number | null {
    if (this.#restsUntilMs === null) return null;
    const leftMs = this.#restsUntilMs - this.#now();
    if (leftMs > 0) return leftMs;
    if (this.#isProbing) return this.#policy.restMs;
    this.#isProbing = true;
    return null;
  }

  /** The provider answered, be it with a refusal: it is there. */
  succeeded(): void {
    this.#failures = 0;
    this.#restsUntilMs = null;
    this.#isProbing = false;
    this.#lastErrorCode = null;
  }

  /**
   * The provider did not answer, or not usefully.
   *
   * @param restMs how long it asked to be left alone; undefined: it did not
   */
  failed(errorCode: string, restMs?: number): void {
    this.#failures += 1;
    this.#lastErrorCode = errorCode;
    const wasProbe = this.#isProbing;
    this.#isProbing = false;
    const isWorn = wasProbe || this.#failures >= this.#policy.failuresMax;
    if (!isWorn && restMs === undefined) return;
    const untilMs = this.#now() + Math.max(isWorn ? this.#policy.restMs : 0, restMs ?? 0);
    this.#restsUntilMs = Math.max(this.#restsUntilMs ?? 0, untilMs);
  }

  /** The caller left before anything was known. */
  gaveUp(): void {
    this.#isProbing = false;
  }

  health(provider: string): ProviderHealth {
    const state = this.#restsUntilMs === null ? 'closed' : this.#isProbing ? 'probing' : 'open';
    const restsUntilMs = this.#restsUntilMs;
    return { provider, state, failures: this.#failures, restsUntilMs, lastErrorCode: this.#lastErrorCode };
  }
}

export type CircuitBreakers = ReturnType<typeof createCircuitBreakers>;

/** One breaker per provider, made when it is first asked for. */
export function createCircuitBreakers(policy: BreakerPolicy = defaultBreakerPolicy, now?: () => number) {
  const breakers = new Map<string, CircuitBreaker>();
  return {
    of(provider: string): CircuitBreaker {
      const known = breakers.get(provider);
      if (known !== undefined) return known;
      const made = new CircuitBreaker(policy, now);
      breakers.set(provider, made);
      return made;
    },
    health: (): ProviderHealth[] => [...breakers].map(([provider, breaker]) => breaker.health(provider)),
  };
}
