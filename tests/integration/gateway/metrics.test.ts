import { Registry } from 'prom-client';
import { expect, it } from 'vitest';

import { failureOf } from '../../support/gateway-tests.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';

const test = setUpWireTests();

it('every try is counted by provider, model and outcome, with its tokens, its time and its dollars', async () => {
  const registry = new Registry();
  const gateway = test.gateway({ registry });
  const usage = { inputTokens: 1_000, outputTokens: 200, cachedInputTokens: 400 };
  test.server.behave.openai = ({ number }) =>
    number === 1
      ? { does: 'refuse', status: 500 }
      : number === 2
        ? { does: 'answer', usage }
        : { does: 'refuse', status: 401 };
  await gateway.generate(test.request('One.'));
  await gateway.generate(test.request('One.'));
  await failureOf(gateway.generate(test.request('Two.')));
  const lines = (await registry.metrics()).split('\n');
  const labels = 'provider="openai",model="gpt-5.6"';
  const expected = [
    // Failed, tried again, answered; repeated for nothing; refused.
    `ratchet_model_calls_total{${labels},operation="generate",outcome="provider-unavailable"} 1`,
    `ratchet_model_calls_total{${labels},operation="generate",outcome="ok"} 1`,
    `ratchet_model_calls_total{${labels},operation="generate",outcome="provider-unauthorized"} 1`,
    `ratchet_model_retries_total{${labels}} 1`,
    `ratchet_model_tokens_total{${labels},kind="input"} 1000`,
    `ratchet_model_tokens_total{${labels},kind="cached_input"} 400`,
    `ratchet_model_tokens_total{${labels},kind="output"} 200`,
    // 600 x $4 + 400 x $0.40 + 200 x $20, per million
    `ratchet_model_cost_usd_total{${labels}} 0.00656`,
    `ratchet_model_call_seconds_count{${labels}} 3`,
  ];
  for (const line of expected) expect(lines).toContain(line);
});
