import { describe, expect, it } from 'vitest';

import { answerOfRules, classifyFailure } from '../../domain/failures/classify-failure.ts';
import { failureClasses, type FailureClass } from '../../domain/failures/failure-class.ts';
import { likeliestTogether, type BothAnswers } from '../../domain/failures/words/joint-model.ts';
import { wordsOf } from '../../domain/failures/words/word-model.ts';
import { classify } from './classify.ts';
import { nameOf, readFirstLooks } from './first-looks.ts';
import { learnTogether } from './joint-learner.ts';
import { hashOfJoint, jointWeightsPath, readExamples, readWeights } from './learned-cases.ts';
import { readCases } from './recorded-cases.ts';

const file = readWeights(jointWeightsPath);
const development = readCases('development');
const looks = readFirstLooks();

function answers(rules: FailureClass, confidence: number, words: FailureClass): BothAnswers {
  const shares = failureClasses.map((one) => (one === words ? 0.9 : 0.0125));
  return { rules: { failureClass: rules, confidence, kind: null, heaviest: {} }, shares, stage: 'test' };
}

describe('what rules say beside words', () => {
  it('was weighed by what was noted at first look: else run `npm run learn:failures`', () => {
    expect(file.learnedFrom).toBe(hashOfJoint(readExamples(development), looks));
    const rows = [file.bias, ...Object.values(file.rows)];
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([failureClasses.length]));
  });

  it('was noted of outputs that are there, and is not always right', () => {
    const wanted = new Map(development.map((one) => [nameOf(one), one.expected.class]));
    expect([...looks.keys()].filter((name) => !wanted.has(name))).toEqual([]);
    const right = [...looks].filter(([name, { failureClass }]) => wanted.get(name) === failureClass);
    expect(right.length / looks.size).toBeLessThan(0.9);
  });

  it('is trusted as far as it was right where words said something else', () => {
    const learn = (right: FailureClass) =>
      learnTogether(
        Array.from({ length: 60 }, () => ({
          answers: answers('unknown', 0.6, 'timeout'),
          answer: failureClasses.indexOf(right),
        })),
      );
    const asked = answers('unknown', 0.6, 'timeout');
    expect(likeliestTogether(asked, learn('timeout')).failureClass).toBe('timeout');
    expect(likeliestTogether(asked, learn('unknown')).failureClass).toBe('unknown');
  });

  it('gives way to words where a program ended by itself and they speak of something else', () => {
    const output =
      'Traceback (most recent call last):\n  File "ask.py", line 12, in <module>\nacme.AcmeError: The model stopped, its answer is incomplete: the maximum of tokens was reached';
    expect(classify('llm', output)).toMatchObject({ failureClass: 'budget_exceeded', rule: 'words:learned' });
  });

  it('stands where a rule is rather sure, whatever the words are', () => {
    const words = 'install the package, could not find a version of the dependency that satisfies it\n'.repeat(3);
    const step = {
      stage: 'compile' as const,
      exitCode: 1,
      timedOut: false,
      output: `${words}fatal: not a git repository\n`,
    };
    expect(answerOfRules(step).confidence).toBeGreaterThanOrEqual(0.7);
    expect(classifyFailure(step).failureClass).toBe(answerOfRules(step).failureClass);
  });

  it('still tells the cause where the words choose what a lighter rule found', () => {
    const output =
      'Error: connect ECONNREFUSED 127.0.0.1:1\n2 tests: expected 3, received 4\nassertion, test file b.test.x\n';
    expect(answerOfRules({ stage: 'test', exitCode: 1, timedOut: false, output }).failureClass).toBe(
      'orchestration_error',
    );
    expect(classify('test', output)).toMatchObject({
      failureClass: 'test_fail',
      rule: 'words:learned',
      subReason: null,
      context: { message: 'connect ECONNREFUSED 127.0.0.1:1' },
    });
  });
});

describe('the words of an output', () => {
  it('are those that say what failed: no warnings, nothing that is said not to be there', () => {
    const lines = ['npm warn deprecated old@1.0.0: use another', 'Error: cannot link cart, 0 errors, no timeout'];
    expect([...wordsOf(lines, 'test')]).toEqual(['error', 'cannot', 'link', 'cart', 'stage:test']);
    expect(wordsOf(['warning: no module named cart'], 'lint')).toContain('module');
  });
});
