import { describe, expect, it } from 'vitest';

import { classifyFailure } from '../../domain/failures/classify-failure.ts';
import { failureClasses } from '../../domain/failures/failure-class.ts';
import { sharesOf } from '../../domain/failures/words/regression.ts';
import { shareOfWords } from '../../domain/failures/words/word-model.ts';
import { hashOfLearned, readExamples, readWeights, weightsPath } from './learned-cases.ts';
import { readCases } from './recorded-cases.ts';
import { learnWords, type Example } from './word-learner.ts';

const file = readWeights(weightsPath);

const output = 'Could not satisfy the wanted plugin of the build: install it first, it must be at least 2';
const step = { stage: 'compile' as const, exitCode: 1, timedOut: false, output };

describe('the weights of words', () => {
  it('were learned from the outputs that are there to be learned from: else run `npm run learn:failures`', () => {
    expect(file.learnedFrom).toBe(hashOfLearned(readExamples(readCases('development'))));
  });

  it('are one for each class', () => {
    const rows = [file.bias, ...Object.values(file.rows)];
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([failureClasses.length]));
  });

  it('give shares that add up to 1, however large they are', () => {
    const shares = sharesOf([5_000, -5_000, 0], [{ row: [1_000, 0, -1_000], value: 1 }]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(shares[0]).toBeCloseTo(1);
  });

  it('tell apart what their examples tell apart, and leave out what one tool alone says', () => {
    const example = (tool: string, answer: number, ...words: string[]): Example => ({
      tool,
      answer,
      weight: 1,
      words: new Set(words),
    });
    const examples = ['one', 'two', 'three'].flatMap((tool) => [
      example(tool, 0, 'undeclared', 'here', `name-of-${tool}`),
      example(tool, 3, 'style', 'there', `name-of-${tool}`),
    ]);
    const { rows } = learnWords(examples);
    expect([...rows.keys()]).toEqual(['here', 'style', 'there', 'undeclared']);
    const [compile = 0, , , lint = 0] = rows.get('undeclared') ?? [];
    expect(compile).toBeGreaterThan(lint);
  });
});

describe('the words of an output', () => {
  it('decide where no rule sees anything', () => {
    expect(classifyFailure(step)).toMatchObject({ failureClass: 'dependency_missing', rule: 'words:learned' });
    expect(classifyFailure(step, { withoutWords: true })).toMatchObject({ rule: 'stage:compile' });
  });

  it('say nothing where nothing was printed, and decide nothing where nothing failed', () => {
    expect(shareOfWords(['', ' '], 'test')).toBeNull();
    const calm = { ...step, output: 'waiting for the capacity of the server, timeout 30 s' };
    expect(classifyFailure(calm)).toMatchObject({
      failureClass: classifyFailure(calm, { withoutWords: true }).failureClass,
    });
  });

  it('do not speak against a rule that is sure, a tool that is known, or an exit code', () => {
    const sure = { ...step, output: `src/a.ts(3,5): error TS2322: Type "x" is not "y".\n${output}` };
    expect(classifyFailure(sure).failureClass).toBe('compile_error');
    expect(classifyFailure({ ...step, tool: 'mypy' }).failureClass).toBe('compile_error');
    expect(classifyFailure({ ...step, exitCode: 137 }).rule).toBe('text:exit-137');
  });
});
