import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkProposal, isInScope, type Proposal } from '../../domain/work-orders/proposal.ts';

const order = { acceptanceCriteria: [{ id: 'AC1', text: 'It works' }], filesInScope: ['src', 'test/a.test.ts'] };
const existing = new Set(['src/a.ts', 'test/a.test.ts', 'package.json']);

function plan(files: Proposal['files'], criteriaCovered = ['AC1']): Proposal {
  return { summary: 'A plan', files, tests: [], risks: [], criteriaCovered };
}

const file = (path: string, isNew = false) => ({ path, intent: 'change it', isNew });

describe('the check of a plan', () => {
  it('finds nothing in a plan that can be followed', () => {
    expect(checkProposal(plan([file('src/a.ts'), file('src/new.ts', true)]), order, existing)).toEqual([]);
  });

  it.each([
    [[], 'The plan names no file to change.'],
    [[file('../other/a.ts')], 'The path "../other/a.ts" is not inside the repository.'],
    [[file('.git/hooks/pre-commit', true)], `The path ".git/hooks/pre-commit" is one of git's own files.`],
    [[file('src/gone.ts')], 'The file "src/gone.ts" does not exist.'],
    [[file('package.json')], 'The file "package.json" is not in scope.'],
    [[file('srcs/b.ts', true)], 'The file "srcs/b.ts" is not in scope.'],
  ])('names what is wrong with the files %j', (files, finding) => {
    expect(checkProposal(plan(files), order, existing)).toEqual([finding]);
  });

  it('names every criterion that the plan leaves out', () => {
    const more = { ...order, acceptanceCriteria: [...order.acceptanceCriteria, { id: 'AC2', text: 'It is fast' }] };
    expect(checkProposal(plan([file('src/a.ts')]), more, existing)).toEqual(['Nothing in the plan covers AC2.']);
  });
});

describe('the scope', () => {
  const part = fc.stringMatching(/^[a-z.]{1,6}$/);
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

  it('is everything when none is given', () => {
    fc.assert(fc.property(path, (given) => isInScope(given, [])));
  });

  it('holds what is named and what lies below it, with or without a slash, and no neighbour', () => {
    fc.assert(
      fc.property(path, part, (scope, name) => {
        for (const written of [scope, `${scope}/`]) {
          expect(isInScope(`${scope}/${name}`, [written])).toBe(true);
          expect(isInScope(`${scope}x`, [written])).toBe(false);
          expect(isInScope(`x/${scope}/${name}`, [`x${written}`])).toBe(false);
        }
        expect(isInScope(scope, [scope])).toBe(true);
      }),
    );
  });
});
