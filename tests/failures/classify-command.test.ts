import { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { classifyLines } from '../../cli/commands/classify.ts';

async function answersTo(lines: readonly string[]): Promise<{ answers: Record<string, unknown>[]; exitCode: number }> {
  const answers: Record<string, unknown>[] = [];
  const exitCode = await classifyLines(Readable.from([`${lines.join('\n')}\n`]), (line) => {
    answers.push(JSON.parse(line) as Record<string, unknown>);
  });
  return { answers, exitCode };
}

const typeError = {
  id: 'a',
  stage: 'compile',
  exitCode: 2,
  tool: 'tsc',
  output: "src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.",
};

describe('ratchet classify --jsonl', () => {
  it('answers each line in order, with null where there is nothing', async () => {
    const { answers, exitCode } = await answersTo([
      JSON.stringify(typeError),
      JSON.stringify({ id: 'b', stage: 'test', exitCode: 3, output: '' }),
    ]);
    expect(exitCode).toBe(0);
    expect(answers[0]).toMatchObject({
      id: 'a',
      class: 'compile_error',
      subReason: null,
      rule: 'text:typescript',
      context: { tool: 'tsc', file: 'src/a.ts', line: 3, column: 5, code: 'TS2322', testNames: [], package: null },
      excerpt: typeError.output,
    });
    expect(answers[1]).toMatchObject({ id: 'b', class: 'unknown', excerpt: null });
    expect(Object.keys(answers[0] ?? {})).toEqual([
      'id',
      'class',
      'subReason',
      'confidence',
      'rule',
      'context',
      'fingerprint',
      'excerpt',
    ]);
  });

  it('answers a line that is no request as well, so that answers stay in step with lines', async () => {
    const { answers, exitCode } = await answersTo([
      'no JSON',
      '[]',
      JSON.stringify({ id: 'x' }),
      JSON.stringify(typeError),
    ]);
    expect(exitCode).toBe(2);
    expect(answers.map(({ rule }) => rule)).toEqual([
      ...Array<string>(3).fill('input:not-a-request'),
      'text:typescript',
    ]);
  });

  it('takes a stage that it does not know, and an exit code that is missing', async () => {
    const { answers } = await answersTo([JSON.stringify({ id: 1, stage: 'deploy', output: 'Segmentation fault' })]);
    expect(answers).toMatchObject([{ id: '1', class: 'unknown' }]);
  });
});
