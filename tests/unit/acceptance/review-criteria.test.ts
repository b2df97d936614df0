import { describe, expect, it } from 'vitest';

import { reviewCriteria } from '../../../activities/acceptance/review-criteria.ts';
import type { GenerateRequest, GenerateResult } from '../../../activities/llm/gateway.ts';
import { scriptedModel, type ModelEntry } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import type { CriterionProof } from '../../../domain/work-orders/pull-request-body.ts';
import type { OrderSnapshot } from '../../../prisma/repositories/order-records.ts';
import { changeOf } from '../guards/changes.ts';

const order: OrderSnapshot = {
  ...{ id: 'order-1', number: 1, title: 'Add a total', description: 'The shop needs it.', repositoryId: 'r' },
  ...{ repository: '/r', baseBranch: 'main', baseCommit: 'a', filesInScope: [], risk: 'low', createdAtMs: 0 },
  acceptanceCriteria: [
    { id: 'AC1', text: 'There is a total', command: 'true' },
    { id: 'AC2', text: 'It is documented' },
    { id: 'AC3', text: 'It is fast' },
  ],
  costCapUsdMicros: 1_000_000,
};
const proofs: CriterionProof[] = [
  { id: 'AC1', verdict: 'proven', proof: 'proven by `true`' },
  { id: 'AC2', verdict: 'unproven', proof: 'not proven: no command was given for it' },
  { id: 'AC3', verdict: 'unproven', proof: 'not proven: no command was given for it' },
];
const changes = [changeOf('src/total.ts', null, '/** The total, hunter2. */\nexport const total = 1;')];
const real: ModelEntry = { ...scriptedModel, name: 'large', provider: 'anthropic' };

/** Reviews where the model answers as given. */
async function review(
  answer: string | Error,
  {
    entry = real,
    model = entry.name,
    signal = new AbortController().signal,
  }: { entry?: ModelEntry; model?: string | null; signal?: AbortSignal } = {},
) {
  const requests: GenerateRequest[] = [];
  const generate = (request: GenerateRequest): Promise<GenerateResult> => {
    requests.push(request);
    if (answer instanceof Error) return Promise.reject(answer);
    const told = { toolCalls: [], finishReason: 'stop' as const, provider: 'x', servedModel: 'x', degraded: false };
    return Promise.resolve({ ...told, text: answer, scripted: false, usage: null, costUsdMicros: 5, repeated: false });
  };
  const redact = (text: string) => text.replaceAll('hunter2', '***');
  const dependencies = { gateway: { generate }, directory: { find: () => entry }, redact };
  const reviewed = await reviewCriteria(dependencies, { order, attempt: 2, model, changes, proofs }, signal);
  return { reviewed, requests };
}

const verdicts = (...list: object[]) => JSON.stringify({ verdicts: list });
const met = { criterion: 1, met: 'yes', evidence: 'src/total.ts:1' };

describe('a review of what nothing proved', () => {
  it('marks what is met as reviewed, by whom and where, and leaves the others unproven', async () => {
    const { reviewed } = await review(verdicts(met, { criterion: 2, met: 'no', evidence: '' }));
    expect(reviewed).toEqual([
      proofs[0],
      { id: 'AC2', verdict: 'reviewed', proof: 'not proven, but reviewed by a model, large: see `src/total.ts:1`' },
      { id: 'AC3', verdict: 'unproven', proof: 'not proven: reviewed by a model, large: it says that it is not met' },
    ]);
  });

  it('is one call for all of them, paid as a step of its attempt, with secrets hidden', async () => {
    const { requests } = await review(verdicts(met));
    expect(requests).toHaveLength(1);
    const [request] = requests;
    const scope = { workOrderId: 'order-1', attempt: 2, step: 'review', costCapUsdMicros: 1_000_000 };
    expect(request).toMatchObject({ scope, model: 'large' });
    const question = request?.messages.at(-1)?.content ?? '';
    expect(question).toContain('1. It is documented\n2. It is fast');
    expect(question).not.toContain('There is a total');
    expect(question).toContain('***');
    expect(question).not.toContain('hunter2');
  });

  it('says when a script played the model', async () => {
    const { reviewed } = await review(verdicts(met), { entry: scriptedModel });
    expect(reviewed[1]?.proof).toContain('the scripted model, which is a script');
  });

  it.each([
    new AppError('budget-exceeded', 'There is no money left.'),
    new AppError('provider-unavailable', 'It is away.'),
    new AppError('script-without-reply', 'No reply.'),
    'I think all of it is fine.',
    '{"verdicts": "yes"}',
  ])('that fails leaves all as it was, and says so: %s', async (answer) => {
    const { reviewed, requests } = await review(answer);
    expect(reviewed.map(({ verdict }) => verdict)).toEqual(['proven', 'unproven', 'unproven']);
    expect(reviewed[1]?.proof).toMatch(
      /^not proven: no command was given for it; no model could review it \([\w-]+\)$/,
    );
    expect(requests).toHaveLength(1);
  });

  it('is not made where no model is known', async () => {
    expect(await review(verdicts(met), { model: null })).toEqual({ reviewed: proofs, requests: [] });
  });

  it('is made again later when all work was stopped, and given up with its step', async () => {
    await expect(review(new AppError('all-stopped', 'Stopped.'))).rejects.toMatchObject({ code: 'all-stopped' });
    const givenUp = AbortSignal.abort(new Error('given up'));
    await expect(review(new AppError('provider-unavailable', 'Cut.'), { signal: givenUp })).rejects.toThrow('given up');
  });

  it('hides no defect of the program', async () => {
    await expect(review(new TypeError('x is not a function'))).rejects.toThrow(TypeError);
  });
});
