import { describe, expect, it } from 'vitest';

import type { AnswerPiece } from '../../../activities/llm/providers/provider.ts';
import { everythingIn, failureOf } from '../../support/gateway-tests.ts';
import { testKey } from '../../support/model-gateway.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';
import type { DialectName } from '../../support/wire/dialect.ts';

const test = setUpWireTests();

const models: [DialectName, string][] = [
  ['anthropic', 'claude-haiku-4-5'],
  ['openai', 'gpt-5.4-mini'],
  ['ollama', 'ollama/qwen3:latest'],
];

/** Asks for a stream and keeps what comes of it. */
function ask(model: string, more: { chain?: string; signal?: AbortSignal } = {}) {
  const pieces: AnswerPiece[] = [];
  const { chain = 'none', signal } = more;
  const gateway = test.gateway({ chain });
  const request = test.request('Change it.', { model, signal, onPiece: (piece) => pieces.push(piece) });
  return { pieces, answer: gateway.generate(request) };
}

const textOf = (pieces: readonly AnswerPiece[]) =>
  pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');

describe.each(models)('%s: a stream', (dialect, model) => {
  it('passes its pieces on while they come, and is stored whole', async () => {
    test.server.behave[dialect] = () => ({ does: 'answer', text: 'First, second.', pauseMs: 300 });
    const { pieces, answer } = ask(model);
    await expect.poll(() => textOf(pieces)).toBe('First, ');
    expect(await test.storedAnswers()).toBe(0);
    expect(await answer).toMatchObject({ text: 'First, second.', finishReason: 'stop', repeated: false });
    expect(textOf(pieces)).toBe('First, second.');
    const [row] = await test.ledgerRows();
    // It paused twice after its first byte.
    expect((row?.latencyMs ?? 0) - (row?.firstByteMs ?? 0)).toBeGreaterThanOrEqual(500);
    const again = ask(model);
    expect(await again.answer).toMatchObject({ text: 'First, second.', repeated: true });
    expect(textOf(again.pieces)).toBe('First, second.');
    expect(test.server.calls).toHaveLength(1);
  });

  it('passes a tool call on, and answers it again from the store', async () => {
    const toolCall = { id: 'call-1', name: 'read_file', input: { path: 'a.ts' } };
    test.server.behave[dialect] = () => ({ does: 'answer', stop: 'tools', text: '', toolCall });
    const ids = new Set<string | undefined>();
    for (const repeated of [false, true]) {
      const { pieces, answer } = ask(model);
      expect(await answer).toMatchObject({ repeated, finishReason: 'tool-calls', toolCalls: [{ name: 'read_file' }] });
      const input = pieces.map((piece) => (piece.kind === 'tool-input' ? piece.text : '')).join('');
      expect(JSON.parse(input)).toEqual({ path: 'a.ts' });
      ids.add(pieces.find((piece) => piece.kind === 'tool-call')?.id);
    }
    expect(ids.size).toBe(1);
  });

  it('that breaks off is not stored, not answered again from the store, and not tried again', async () => {
    test.server.behave[dialect] = ({ number }) => (number === 1 ? { does: 'cut-off' } : { does: 'answer' });
    const { pieces, answer } = ask(model, { chain: 'anthropic,openai,ollama' });
    expect(await failureOf(answer)).toMatchObject({ code: 'provider-stream-broken' });
    expect(textOf(pieces)).toBe('An ');
    expect(test.server.calls).toHaveLength(1);
    expect(await test.storedAnswers()).toBe(0);
    expect(await ask(model).answer).toMatchObject({ text: 'An answer.', repeated: false });
    const [broken, whole] = await test.ledgerRows();
    expect(broken).toMatchObject({ state: 'settled', isUsageEstimated: true, errorCode: 'provider-stream-broken' });
    // Some tokens at least, and not all that was reserved.
    expect(broken?.inputTokens).toBeGreaterThan(0);
    expect(broken?.costUsdMicros).toBeLessThanOrEqual(broken?.reservedUsdMicros ?? 0n);
    expect(whole).toMatchObject({ state: 'settled', isUsageEstimated: false, errorCode: null });
  });

  it('that its caller ends is paid by what had come', async () => {
    test.server.behave[dialect] = () => ({ does: 'hang', after: 'piece' });
    const controller = new AbortController();
    const gateway = test.gateway();
    const answer = gateway.generate(
      test.request('Change it.', {
        model,
        signal: controller.signal,
        onPiece: () => controller.abort(new Error('Enough.')),
      }),
    );
    expect(await failureOf(answer)).toMatchObject({ message: 'Enough.' });
    await expect
      .poll(() => test.ledgerRows())
      .toMatchObject([{ state: 'settled', errorCode: 'aborted', isUsageEstimated: true }]);
    expect(await test.storedAnswers()).toBe(0);
    // It says nothing of the provider.
    expect(gateway.health()).toMatchObject([{ failures: 0, state: 'closed' }]);
  });
});

it.each(models)(
  '%s: an error in a stream never shows the key, however often the provider repeats it',
  async (dialect, model) => {
    const error = { kind: testKey, message: `Bad key ${testKey}` };
    for (const after of ['head', 'piece'] as const) {
      test.server.behave[dialect] = () => ({ does: 'stream-error', after, error });
      const failure = await failureOf(ask(model).answer);
      expect(JSON.stringify(everythingIn(failure))).not.toContain(testKey);
      expect(failure).toHaveProperty('code');
    }
  },
);

it('a stream without counts is paid with all that was reserved', async () => {
  test.server.behave.openai = () => ({ does: 'answer', usage: null });
  expect(await ask('gpt-5.4-mini').answer).toMatchObject({ text: 'An answer.', usage: null });
  const [row] = await test.ledgerRows();
  expect(row).toMatchObject({ state: 'settled', isUsageEstimated: false, costUsdMicros: row?.reservedUsdMicros });
});

it('counts that no count can be are as good as none: all that was reserved is paid', async () => {
  const odd = [
    { inputTokens: 1.5, outputTokens: 10 },
    { inputTokens: -3, outputTokens: 10 },
    { inputTokens: 1e15, outputTokens: 10 },
  ];
  test.server.behave.openai = ({ number }) => ({ does: 'answer', usage: odd[number - 1] ?? null });
  const gateway = test.gateway();
  for (const index of odd.keys()) {
    expect(await gateway.generate(test.request(`Question ${index}`))).toMatchObject({ usage: null });
  }
  for (const row of await test.ledgerRows()) {
    expect(row.state).toBe('settled');
    expect(row.costUsdMicros).toBe(row.reservedUsdMicros);
  }
});
