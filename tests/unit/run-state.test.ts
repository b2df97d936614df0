import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { fittingOptions } from '../../domain/escalations/options.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { RunState } from '../../workflows/run-state.ts';

const failure = failureOf('step-timeout', 'The test gate was stopped.');
const escalation = { id: 'e1', trigger: 'attempts_used_up', failure, options: fittingOptions({ hasChange: false }) };
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
      message: '"accept_as_is" was not offered. Offered: retry_different_approach, abort.',
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

describe('the state of a run', () => {
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
