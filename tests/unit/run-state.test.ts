import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { fittingOptions } from '../../domain/escalations/options.ts';
import { recommendOption } from '../../domain/escalations/recommendation.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { waitReasons } from '../../domain/work-orders/work-order.ts';
import { RunState } from '../../workflows/run-state.ts';

const failure = failureOf('step-timeout', 'The test gate was stopped.');
const trigger = 'attempts_used_up' as const;
const escalation = {
  id: 'e1',
  trigger,
  failure,
  ...recommendOption({
    options: fittingOptions({ trigger, failureClass: 'timeout', hasChange: false }),
    history: {},
    estimateUsdMicros: 100_000,
    remainingUsdMicros: 1_000_000,
    attempts: 3,
    isHighRisk: false,
  }),
};
const at = '2026-01-01T00:00:00.000Z';

let state: RunState;

beforeEach(() => {
  state = new RunState();
  state.moveTo('running');
});

describe('an answer to an escalation', () => {
  it('is refused while nobody asked', () => {
    expect(state.refuse({ option: 'abort' })?.code).toBe('escalation-closed');
  });

  it('is taken when it was offered, with the id or without', () => {
    state.ask(escalation, at);
    expect(state.refuse({ option: 'abort' })).toBeNull();
    expect(state.refuse({ option: 'abort', escalationId: 'e1' })).toBeNull();
  });

  it('is refused when it was not offered, with the list of what was', () => {
    state.ask(escalation, at);
    expect(state.refuse({ option: 'accept_as_is' })).toEqual({
      code: 'option-not-offered',
      message: '"accept_as_is" was not offered. Offered: retry_different_approach, pivot_solution, take_over, abort.',
    });
  });

  it('is refused when it means another escalation', () => {
    state.ask(escalation, at);
    expect(state.refuse({ option: 'abort', escalationId: 'e0' })?.code).toBe('escalation-closed');
  });

  it('is refused after the first one, and changes nothing by being asked about', () => {
    state.ask(escalation, at);
    state.answer = { option: 'abort' };
    const before = JSON.stringify(state);
    expect(state.refuse({ option: 'retry_different_approach' })?.code).toBe('escalation-closed');
    expect(JSON.stringify(state)).toBe(before);
  });

  it('of an earlier escalation does not answer the next one', () => {
    state.ask(escalation, at);
    state.answer = { option: 'retry_different_approach' };
    state.resume();
    state.ask({ ...escalation, id: 'e2' }, at);
    expect(state.refuse({ option: 'abort', escalationId: 'e2' })).toBeNull();
    expect(state.refuse({ option: 'abort', escalationId: 'e1' })?.code).toBe('escalation-closed');
  });
});

describe('an answer as a hand may have typed it', () => {
  it('changes nothing when it cannot be used, and never throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const asked = new RunState();
        asked.moveTo('running');
        asked.ask(escalation, at);
        asked.take(value);
        if (asked.answer !== null) expect(value).toMatchObject({ option: asked.answer.option });
      }),
    );
    for (const value of [null, 'abort', { option: 'accept_as_is' }, { option: 'abort', escalationId: 'e0' }]) {
      state = new RunState();
      state.moveTo('running');
      state.ask(escalation, at);
      state.take(value);
      expect(state.answer).toBeNull();
    }
  });

  it('is taken once: the first one stays', () => {
    state.ask(escalation, at);
    state.take({ option: 'abort', note: 'first' });
    state.take({ option: 'take_over', note: 'second' });
    expect(state.answer).toEqual({ option: 'abort', note: 'first' });
  });

  it('is taken while the run is paused: the pause holds the next step and not the answer', () => {
    state.ask(escalation, at);
    state.pause('order');
    state.take({ option: 'abort' });
    expect(state.answer).toEqual({ option: 'abort' });
    expect(state.isPaused).toBe(true);
  });
});

describe('a pause', () => {
  const scope = fc.constantFrom('order', 'all', undefined, null, 'everything', 3);
  const isAll = (given: unknown) => given === 'all';

  it('holds until everybody who paused has let go: a person for this order, and a stop of everything', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), scope)), (acts) => {
        const run = new RunState();
        const holds = { order: false, all: false };
        for (const [pauses, by] of acts) {
          if (pauses) run.pause(by);
          else run.unpause(by);
          holds[isAll(by) ? 'all' : 'order'] = pauses;
          expect([run.isPaused, run.isHeldByAll()]).toEqual([holds.order || holds.all, holds.all]);
          expect(run.live().paused).toBe(run.isPaused);
        }
      }),
    );
  });

  it('is told to whoever looks, with who holds the run', () => {
    expect(state.describe(null)).not.toContain('Paused');
    state.pause('order');
    expect(state.describe(null)).toContain('**Paused:** A person paused this work order.');
    state.pause('all');
    expect(state.describe(null)).toContain('**Paused:** All work is stopped.');
    state.unpause('all');
    expect(state.describe(null)).toContain('A person paused this work order.');
    state.unpause('order');
    expect(state.describe(null)).not.toContain('Paused');
  });
});

describe('a message to a run', () => {
  it('is kept until somebody looks for it, and forgotten alone', () => {
    state.hear('slot');
    state.hear('go_on');
    expect([state.hasHeard('slot'), state.hasHeard('dependency'), state.hasHeard('go_on')]).toEqual([
      true,
      false,
      true,
    ]);
    state.forget('slot');
    expect([state.hasHeard('slot'), state.hasHeard('go_on')]).toEqual([false, true]);
  });
});

describe('the state of a run', () => {
  it.each(waitReasons)('can wait for: %s; it says so, and forgets it when it goes on', (reason) => {
    state.waitFor(reason, at);
    expect(state.live()).toMatchObject({ status: 'waiting', waitingFor: reason, waitingSince: at });
    expect(state.describe(null)).toContain(`**Waits for:** ${reason}`);
    state.resume();
    expect(state.live()).toMatchObject({ status: 'running', waitingFor: null, waitingSince: null });
  });

  it('can wait before it has begun, and can not wait after its end', () => {
    const queued = new RunState();
    queued.waitFor('dependency', at);
    expect(queued.status).toBe('waiting');
    state.moveTo('completed');
    expect(() => {
      state.waitFor('paused', at);
    }).toThrow('from completed to waiting');
  });

  it('shows what is recommended and why as long as the question is open', () => {
    state.ask(escalation, at);
    expect(state.describe(null)).toContain(
      `Recommended: retry_different_approach. ${escalation.recommendation.reason}`,
    );
    state.take({ option: 'abort' });
    expect(state.describe(null)).not.toContain('Recommended');
  });

  it('asks without a recommendation where there is none, and shows a cap where one is needed', () => {
    const options = recommendOption({
      options: ['raise_budget', 'abort'],
      history: {},
      estimateUsdMicros: 0,
      remainingUsdMicros: 0,
      attempts: 1,
      isHighRisk: false,
    }).options;
    state.ask({ ...escalation, options, recommendation: null }, at);
    expect(state.describe(null)).not.toContain('Recommended');
    const shown = /`(\{"option":"raise_budget".+?\})`/.exec(state.describe(null))?.[1] ?? '';
    expect(state.refuse(JSON.parse(shown))).toBeNull();
  });

  it('says for what and since when it waits, and forgets it when it goes on', () => {
    state.ask(escalation, at);
    expect(state.live()).toMatchObject({ status: 'waiting', waitingFor: 'escalation', waitingSince: at, escalation });
    state.resume();
    expect(state.live()).toMatchObject({ status: 'running', waitingFor: null, waitingSince: null, escalation: null });
  });

  it('refuses a step that the life of an order does not have', () => {
    state.moveTo('failed');
    expect(() => state.moveTo('running')).toThrow('from failed to running');
    expect(state.step).toBeNull();
  });

  it('numbers its events without a gap', () => {
    expect([1, 2, 3].map(() => state.nextSequence())).toEqual([1, 2, 3]);
  });

  it('shows the options that can be sent, and brings no text of a tool to life', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const asking = new RunState();
        asking.moveTo('running');
        asking.lastFailure = { ...failure, context: { ...failure.context, message: `${message}[x](http://y)<b># z` } };
        asking.ask(escalation, at);
        const text = asking.describe(3);
        expect(text).toContain('`{"option":"abort"}`');
        expect(text).toContain('**Pull request:** 3');
        expect(text).not.toMatch(/\[x\]\(|<b>|^# z/m);
      }),
    );
  });
});
