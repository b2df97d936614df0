import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CircuitBreaker, createCircuitBreakers, type BreakerPass } from '../../../activities/llm/circuit-breaker.ts';

const policy = { failuresMax: 5, restMs: 30_000 };

/** A breaker with a clock of its own. */
function start() {
  const clock = { nowMs: 1_000_000 };
  const breaker = new CircuitBreaker(policy, () => clock.nowMs);
  return { clock, breaker };
}

function passOf(breaker: CircuitBreaker): BreakerPass {
  const pass = breaker.enter();
  if (typeof pass === 'number') throw new Error(`It rests for another ${pass} ms.`);
  return pass;
}

interface Held {
  pass: BreakerPass;
  isProbe: boolean;
}

/** Asks for a call, and checks that it is let through exactly when it may be. */
function enter(breaker: CircuitBreaker, nowMs: number, open: Held[]): void {
  const { state, restsUntilMs } = breaker.health('x');
  const pass = breaker.enter();
  const mayPass = state === 'closed' || (state === 'open' && nowMs >= (restsUntilMs ?? 0));
  expect(typeof pass === 'number').toBe(!mayPass);
  if (typeof pass !== 'number') open.push({ pass, isProbe: state !== 'closed' });
  expect(open.filter(({ isProbe }) => isProbe).length).toBeLessThanOrEqual(1);
}

function failTimes(breaker: CircuitBreaker, times: number): void {
  for (let index = 0; index < times; index += 1) passOf(breaker).failed('provider-unavailable');
}

describe('a circuit breaker', () => {
  it('opens with the fifth failure in a row, and not with the fourth', () => {
    const { breaker } = start();
    failTimes(breaker, 4);
    passOf(breaker).succeeded();
    failTimes(breaker, 4);
    expect(breaker.health('x')).toMatchObject({ state: 'closed', failures: 4 });
    failTimes(breaker, 1);
    expect(breaker.health('x')).toMatchObject({ state: 'open', failures: 5, lastErrorCode: 'provider-unavailable' });
    expect(breaker.enter()).toBe(30_000);
  });

  it('lets one call through when its rest is over, and rests again when that one fails', () => {
    const { breaker, clock } = start();
    failTimes(breaker, 5);
    clock.nowMs += 29_999;
    expect(breaker.enter()).toBe(1);
    clock.nowMs += 1;
    const probe = passOf(breaker);
    expect(breaker.health('x').state).toBe('probing');
    expect(breaker.enter()).toBe(30_000);
    probe.failed('provider-timeout');
    expect(breaker.enter()).toBe(30_000);
    clock.nowMs += 30_000;
    passOf(breaker).succeeded();
    expect(breaker.health('x')).toEqual({
      ...{ provider: 'x', state: 'closed', failures: 0, restsUntilMs: null, lastErrorCode: null },
    });
  });

  it('lets the next call find out when the probe gave up, and no other one before', () => {
    const { breaker, clock } = start();
    const early = passOf(breaker);
    failTimes(breaker, 5);
    clock.nowMs += 30_000;
    const probe = passOf(breaker);
    // A call from before the rest has nothing to say about the probe.
    early.gaveUp();
    expect(breaker.enter()).toBe(30_000);
    probe.gaveUp();
    passOf(breaker).succeeded();
    expect(breaker.health('x').state).toBe('closed');
  });

  it('is left alone as long as the provider asks, whatever calls say that were under way', () => {
    const { breaker, clock } = start();
    const early = passOf(breaker);
    passOf(breaker).failed('provider-rate-limited', 60_000);
    early.succeeded();
    expect(breaker.enter()).toBe(60_000);
    clock.nowMs += 60_000;
    passOf(breaker);
  });

  it('does not rest for a provider that asks for no time at all', () => {
    const { breaker } = start();
    passOf(breaker).failed('provider-rate-limited', 0);
    passOf(breaker);
    expect(breaker.health('x').state).toBe('closed');
  });

  it('never has two probes at once and never lets a call through before its rest is over', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
      fc.record({ kind: fc.constant('enter' as const) }),
      fc.record({
        kind: fc.constant('end' as const),
        which: fc.nat(20),
        how: fc.constantFrom('succeeded' as const, 'failed' as const, 'gaveUp' as const),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { breaker, clock } = start();
        const open: Held[] = [];
        for (const one of steps) {
          if (one.kind === 'wait') clock.nowMs += one.ms;
          else if (one.kind === 'enter') enter(breaker, clock.nowMs, open);
          else open.splice(one.which % (open.length + 1), 1)[0]?.pass[one.how]('provider-unavailable');
        }
      }),
    );
  });
});

it('each provider has a breaker of its own', () => {
  const breakers = createCircuitBreakers(policy);
  failTimes(breakers.of('anthropic'), 5);
  expect(typeof breakers.of('anthropic').enter()).toBe('number');
  passOf(breakers.of('openai'));
  expect(breakers.health().map(({ provider, state }) => [provider, state])).toEqual([
    ['anthropic', 'open'],
    ['openai', 'closed'],
  ]);
});
