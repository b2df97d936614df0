import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { changesBehaviour, countNewTodoLines, touchesTests } from '../../../domain/acceptance/changed-work.ts';
import { scoreAcceptance, type AcceptancePart, type Measurements } from '../../../domain/acceptance/score.ts';
import { changeOf } from '../guards/changes.ts';

const good: Measurements = {
  files: [{ path: 'src/a.ts', linesBefore: 10, linesAfter: 20, complexityBefore: 1, complexityAfter: 2 }],
  newImportCycles: [],
  newLintWarnings: 0,
  criteria: { proven: 2, half: 0, total: 2 },
  newTodoLines: 0,
  buildPassed: true,
  testsTouched: true,
  behaviourChanged: true,
  failingTests: 0,
  coverageOfChangedLines: 0.9,
};

function partOf(name: AcceptancePart, change: Partial<Measurements>) {
  return scoreAcceptance({ ...good, ...change }).parts.find((part) => part.name === name)!;
}

function fileOf(before: number, after: number, complexity: readonly [number | null, number | null] = [1, 1]) {
  return {
    path: 'a.ts',
    linesBefore: before,
    linesAfter: after,
    complexityBefore: complexity[0],
    complexityAfter: complexity[1],
  };
}

describe('the acceptance score', () => {
  it('is 10 and passes when nothing is wrong', () => {
    expect(scoreAcceptance(good)).toMatchObject({ score: 10, passes: true });
  });

  it.each([
    [500, 10],
    [501, 9],
    [701, 8],
    [1001, 6],
  ])('takes points for a file that grew to %i lines', (lines, score) => {
    expect(partOf('architecture', { files: [fileOf(lines - 1, lines)] }).score).toBe(score);
    expect(partOf('architecture', { files: [fileOf(lines, lines)] }).score).toBe(10);
    expect(partOf('architecture', { files: [fileOf(lines + 1, lines)] }).score).toBe(10);
  });

  it.each([
    [20, 10, 10],
    [21, 9, 9],
    [31, 8, 8],
    [51, 7, 6],
  ])('takes points for a complexity of %i that was less before', (complexity, architecture, readability) => {
    const worse = { files: [fileOf(9, 9, [complexity - 1, complexity])] };
    expect(partOf('architecture', worse).score).toBe(architecture);
    expect(partOf('readability', worse).score).toBe(readability);
    expect(partOf('architecture', { files: [fileOf(9, 9, [complexity, complexity])] }).score).toBe(10);
    expect(partOf('architecture', { files: [fileOf(0, 9, [null, complexity])] }).score).toBe(architecture);
  });

  it('says that a complexity is unknown, and why', () => {
    const unknown = { files: [fileOf(9, 9, [1, null])], complexityNote: 'There is no tool.' };
    expect(partOf('architecture', unknown)).toMatchObject({ score: 10 });
    expect(partOf('architecture', unknown).reasons.join()).toMatch(/1 of 1 files is unknown.*There is no tool\./);
  });

  it('takes three points for new import cycles', () => {
    expect(
      partOf('architecture', {
        newImportCycles: [
          ['a', 'b'],
          ['c', 'd'],
        ],
      }).score,
    ).toBe(7);
  });

  it.each([
    [0, 10],
    [1, 9],
    [5, 9],
    [6, 8],
    [10, 8],
    [11, 7],
    [15, 7],
    [16, 6],
  ])('takes points for %i new lint warnings', (newLintWarnings, score) => {
    expect(partOf('readability', { newLintWarnings }).score).toBe(score);
  });

  it('counts proven criteria, those of a reviewer model half, TODO lines up to five, a failed build', () => {
    expect(partOf('completeness', { criteria: { proven: 1, half: 1, total: 4 } }).score).toBe(3.8);
    expect(partOf('completeness', { newTodoLines: 2 }).score).toBe(8);
    expect(partOf('completeness', { newTodoLines: 50 }).score).toBe(5);
    expect(partOf('completeness', { buildPassed: false }).score).toBe(2);
    const without = partOf('completeness', { criteria: { proven: 0, half: 0, total: 0 } });
    expect(without.score).toBe(10);
    expect(without.reasons.join()).toContain('No criteria were given');
  });

  it.each([
    [1, 10],
    [0.8, 10],
    [0.79, 9],
    [0.7, 9],
    [0.6, 8],
    [0.5, 7],
    [0.29, 4],
    [0.05, 2],
    [0, 0],
  ])('gives tests with a coverage of %d %i points', (coverageOfChangedLines, score) => {
    expect(partOf('tests', { coverageOfChangedLines }).score).toBe(score);
  });

  it('tells an unknown coverage from none, and limits tests that fail or are not touched', () => {
    const unknown = partOf('tests', { coverageOfChangedLines: null });
    expect(unknown.score).toBe(7);
    expect(unknown.reasons.join()).toContain('unknown');
    expect(partOf('tests', { failingTests: 1 }).score).toBe(4);
    expect(partOf('tests', { testsTouched: false }).score).toBe(0);
    expect(partOf('tests', { testsTouched: false, behaviourChanged: false }).score).toBe(10);
  });

  it('gives the build 10 or 0', () => {
    expect(partOf('build', {}).score).toBe(10);
    expect(partOf('build', { buildPassed: false }).score).toBe(0);
  });

  it('passes from 7.0 on, as it is shown', () => {
    const onlyBuild = { architecture: 0, completeness: 1, tests: 0, readability: 0, build: 0 };
    const at = (proven: number) => scoreAcceptance({ ...good, criteria: { proven, half: 0, total: 200 } }, onlyBuild);
    expect(at(139)).toMatchObject({ score: 7, passes: true });
    expect(at(138)).toMatchObject({ score: 6.9, passes: false });
  });

  it('refuses weights that do not sum to 1 within a hundredth', () => {
    const weights = { architecture: 0.25, completeness: 0.25, tests: 0.2, readability: 0.15, build: 0.15 };
    expect(() => scoreAcceptance(good, { ...weights, build: 0.17 })).toThrow(RangeError);
    expect(() => scoreAcceptance(good, { ...weights, build: Number.NaN })).toThrow(RangeError);
    expect(scoreAcceptance(good, { ...weights, build: 0.16 }).score).toBe(10);
  });

  it('stays between 0 and 10 and never rises when something gets worse', () => {
    const count = fc.nat(100);
    fc.assert(
      fc.property(count, count, fc.nat(2000), (warnings, todos, lines) => {
        const one = { newLintWarnings: warnings, newTodoLines: todos, files: [fileOf(0, lines)] };
        const { score } = scoreAcceptance({ ...good, ...one });
        const worse = { newLintWarnings: warnings + 1, newTodoLines: todos + 1, files: [fileOf(0, lines + 100)] };
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(10);
        expect(scoreAcceptance({ ...good, ...worse }).score).toBeLessThanOrEqual(score);
      }),
    );
  });
});

describe('what a diff tells by itself', () => {
  it('counts TODO and FIXME lines that are new, not those that moved, nor the word', () => {
    expect(countNewTodoLines([changeOf('a.ts', 'a', 'a\n// TODO: b\n// FIXME c')])).toBe(2);
    expect(countNewTodoLines([changeOf('a.ts', '// TODO b', 'x'), changeOf('b.ts', null, '// TODO b')])).toBe(0);
    expect(countNewTodoLines([changeOf('a.ts', 'a', 'a\nconst todoList = addTODO();')])).toBe(0);
  });

  it('knows tests from behaviour, and comments and texts from both', () => {
    expect(touchesTests([changeOf('test/a.test.ts', 'a', 'b')])).toBe(true);
    expect(touchesTests([changeOf('test/a.test.ts', 'a', null)])).toBe(false);
    expect(changesBehaviour([changeOf('test/a.test.ts', 'a', 'b'), changeOf('README.md', 'a', 'b')])).toBe(false);
    expect(changesBehaviour([changeOf('src/a.ts', 'a', '// why\na')])).toBe(false);
    expect(changesBehaviour([changeOf('src/a.c', '*p = 1;', '*p = 2;')])).toBe(true);
  });
});
