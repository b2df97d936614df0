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

/** One call that was let through. Whoever has it says once how it ended. */
export interface BreakerPass {
  /** The provider answered, be it with a refusal: it is there. */
  succeeded(): void;
  /**
   * The provider did not answer, or not usefully.
   *
   * @param restMs how long it asked to be left alone; undefined: it did not
   */
  failed(errorCode: string, restMs?: number): void;
  /** Nothing is known of the provider: it was not asked, or the caller left before it answered. */
  gaveUp(): void;
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

  /** @returns a pass for one call, or milliseconds until it is worth asking again */
  enter(): BreakerPass | number {
    if (this.#restsUntilMs === null) return this.#pass(false);
    const leftMs = this.#restsUntilMs - this.#now();
    if (leftMs > 0) return leftMs;
    if (this.#isProbing) return this.#policy.restMs;
    this.#isProbing = true;
    return this.#pass(true);
  }

  #pass(isProbe: boolean): BreakerPass {
    return {
      succeeded: () => this.#succeeded(isProbe),
      failed: (errorCode, restMs) => this.#failed(isProbe, errorCode, restMs),
      gaveUp: () => this.#endProbe(isProbe),
    };
  }

  #succeeded(isProbe: boolean): void {
    // A call that was under way when the rest began says nothing of now: the rest goes on, and a probe ends it.
    if (this.#restsUntilMs !== null && !isProbe) return;
    this.#endProbe(isProbe);
    this.#failures = 0;
    this.#restsUntilMs = null;
    this.#lastErrorCode = null;
  }

  #failed(isProbe: boolean, errorCode: string, restMs = 0): void {
    this.#endProbe(isProbe);
    this.#failures += 1;
    this.#lastErrorCode = errorCode;
    const isWorn = isProbe || this.#failures >= this.#policy.failuresMax;
    if (!isWorn && restMs <= 0) return;
    const untilMs = this.#now() + Math.max(isWorn ? this.#policy.restMs : 0, restMs);
    this.#restsUntilMs = Math.max(this.#restsUntilMs ?? 0, untilMs);
  }

  #endProbe(isProbe: boolean): void {
    if (isProbe) this.#isProbing = false;
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
