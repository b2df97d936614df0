import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { coverageOfChangedLines, parseGoCoverProfile, parseLcov } from '../../../domain/acceptance/coverage.ts';
import { changeOf } from '../guards/changes.ts';

const lcov = 'TN:\nSF:/home/me/app/src/a.ts\nDA:1,1\nDA:2,0\nDA:3,4\nend_of_record\n';

describe('the coverage of changed lines', () => {
  it('is the share of measured added lines that ran', () => {
    const changes = [changeOf('src/a.ts', null, 'one\ntwo\nthree\n// four')];
    expect(coverageOfChangedLines(parseLcov(lcov), changes)).toBeCloseTo(2 / 3);
  });

  it('is unknown where nothing was measured, and 0 where nothing ran', () => {
    expect(coverageOfChangedLines(parseLcov(lcov), [changeOf('src/b.ts', null, 'x')])).toBeNull();
    expect(coverageOfChangedLines(parseLcov(''), [changeOf('src/a.ts', null, 'x')])).toBeNull();
    expect(coverageOfChangedLines(parseLcov('SF:a.ts\nDA:1,0\n'), [changeOf('a.ts', null, 'x')])).toBe(0);
  });

  it('does not guess between two files that fit', () => {
    const two = parseLcov('SF:/x/src/a.ts\nDA:1,1\nend_of_record\nSF:/y/src/a.ts\nDA:1,0\nend_of_record\n');
    expect(coverageOfChangedLines(two, [changeOf('src/a.ts', null, 'x')])).toBeNull();
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
