interface Flight<Result> {
  result: Promise<Result>;
  controller: AbortController;
  waiting: number;
  /** Nothing is left to abort. */
  hasLanded: boolean;
}

export interface FlightOutcome<Result> {
  result: Result;
  /** Whether somebody else had started the work already. */
  joined: boolean;
}

/**
 * Work with the same key runs once at a time; who asks meanwhile gets the same result. The work is aborted only when
 * everybody who waits for it has given up.
 */
export function createSingleFlight<Result>() {
  const flights = new Map<string, Flight<Result>>();

  /** A later flight may already have the same key: it stays. */
  function remove(key: string, flight: Flight<Result>): void {
    if (flights.get(key) === flight) flights.delete(key);
  }

  function start(key: string, action: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const controller = new AbortController();
    const flight = { result: action(controller.signal), controller, waiting: 0, hasLanded: false };
    flights.set(key, flight);
    const land = () => {
      flight.hasLanded = true;
      remove(key, flight);
    };
    // Whoever waits gets the error; this branch only keeps it from counting as unhandled when nobody waits any more.
    flight.result.then(land, land);
    return flight;
  }

  return {
    /** @throws what the work throws; the signal's reason when this caller gave up */
    async run(
      key: string,
      signal: AbortSignal | undefined,
      action: (signal: AbortSignal) => Promise<Result>,
    ): Promise<FlightOutcome<Result>> {
      signal?.throwIfAborted();
      const running = flights.get(key);
      const flight = running ?? start(key, action);
      flight.waiting += 1;
      const giveUp = Promise.withResolvers<never>();
      const onAbort = () => giveUp.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return { result: await Promise.race([flight.result, giveUp.promise]), joined: running !== undefined };
      } finally {
        signal?.removeEventListener('abort', onAbort);
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          remove(key, flight);
          if (!flight.hasLanded) flight.controller.abort(signal?.reason);
        }
      }
    },
  };
}
