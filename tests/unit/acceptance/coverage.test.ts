import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  coverageOfChangedLines,
  mergeCoverage,
  parseGoCoverProfile,
  parseLcov,
} from '../../../domain/acceptance/coverage.ts';
import { changeOf } from '../guards/changes.ts';

const lcov = 'TN:\nSF:/home/me/app/src/a.ts\nDA:1,1\nDA:2,0\nDA:3,4\nend_of_record\n';

describe('the coverage of changed lines', () => {
  it('is the share of measured added lines that ran', () => {
    const changes = [changeOf('src/a.ts', null, 'one\ntwo\nthree\n// four')];
    expect(coverageOfChangedLines(parseLcov(lcov, '/home/me/app'), changes)).toBeCloseTo(2 / 3);
  });

  it('leaves out the lines of the tests themselves, which always run', () => {
    const changes = [changeOf('src/a.ts', null, 'one\ntwo'), changeOf('test/a.test.ts', null, 'x\ny\nz')];
    const coverage = parseLcov('SF:src/a.ts\nDA:1,1\nDA:2,0\nend_of_record\nSF:test/a.test.ts\nDA:1,1\nDA:2,1\n');
    expect(coverageOfChangedLines(coverage, changes)).toBe(0.5);
    expect(coverageOfChangedLines(coverage, changes.slice(1))).toBeNull();
  });

  it('begins relative paths at the package whose runner wrote them', () => {
    const report = 'SF:src/a.ts\nDA:1,1\nend_of_record\nSF:../b/src/b.ts\nDA:1,0\n';
    const coverage = parseLcov(report, '/app', 'packages/a');
    expect([...coverage.keys()]).toEqual(['packages/a/src/a.ts', 'packages/b/src/b.ts']);
    expect(coverageOfChangedLines(coverage, [changeOf('src/a.ts', null, 'x')])).toBeNull();
  });

  it('is of several reports together: a line ran when it did in one of them', () => {
    const both = mergeCoverage([parseLcov('SF:a.ts\nDA:1,0\nDA:2,0\n'), parseLcov('SF:a.ts\nDA:1,2\n')]);
    expect(coverageOfChangedLines(both, [changeOf('a.ts', null, 'x\ny')])).toBe(0.5);
  });

  it('is never read of a file outside of the repository, however its path is written', () => {
    const outside = [
      '/etc/passwd',
      '../a.ts',
      'src/../../a.ts',
      'C:\\a.ts',
      'file:///etc/a.ts',
      '\0a.ts',
      `${'a/'.repeat(600)}a.ts`,
    ];
    for (const path of outside) expect(parseLcov(`SF:${path}\nDA:1,1\n`, '/app').size).toBe(0);
    const piece = fc.constantFrom('..', '.', '', 'src', '/', '\\', 'a.ts', 'app', 'C:', '%2e%2e');
    const written = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(written, fc.constantFrom('', 'packages/a'), (path, packageFolder) => {
        for (const key of parseLcov(`SF:${path}\nDA:1,1\n`, '/app', packageFolder).keys()) {
          expect(key).not.toMatch(/^\/|(?:^|\/)\.\.?(?:\/|$)|\/\//);
        }
      }),
    );
  });

  it('is unknown where nothing was measured, and 0 where nothing ran', () => {
    expect(coverageOfChangedLines(parseLcov(lcov), [changeOf('src/b.ts', null, 'x')])).toBeNull();
    expect(coverageOfChangedLines(parseLcov(''), [changeOf('src/a.ts', null, 'x')])).toBeNull();
    expect(coverageOfChangedLines(parseLcov('SF:a.ts\nDA:1,0\n'), [changeOf('a.ts', null, 'x')])).toBe(0);
  });

  it('does not guess between two files that fit', () => {
    const two = parseGoCoverProfile('mode: set\no.org/x/src/a.go:1.1,2.2 1 1\no.org/y/src/a.go:1.1,2.2 1 0\n');
    expect(coverageOfChangedLines(two, [changeOf('src/a.go', null, 'x')])).toBeNull();
    expect(coverageOfChangedLines(two, [changeOf('x/src/a.go', null, 'x')])).toBe(1);
  });

  it('is read from the profile of Go, where a line of several blocks ran when one of them did', () => {
    const profile = 'mode: set\nexample.org/m/pkg/a.go:1.10,3.2 2 0\nexample.org/m/pkg/a.go:3.2,4.2 1 1\n';
    const coverage = parseGoCoverProfile(profile).get('example.org/m/pkg/a.go')!;
    expect([...coverage]).toEqual([
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 1],
    ]);
    expect(coverageOfChangedLines(parseGoCoverProfile(profile), [changeOf('pkg/a.go', null, 'a\nb\nc\nd')])).toBe(0.5);
  });

  it('is what was put in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 50 }), (hits) => {
        const text = `SF:a.ts\n${hits.map((count, index) => `DA:${index + 1},${count}`).join('\n')}\nend_of_record\n`;
        const change = changeOf('a.ts', null, hits.map((_, index) => `line ${index}`).join('\n'));
        expect(coverageOfChangedLines(parseLcov(text), [change])).toBeCloseTo(
          hits.filter((count) => count > 0).length / hits.length,
        );
      }),
    );
  });
});
