import { execFileSync } from 'node:child_process';
import { isAbsolute, relative, resolve } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  branchName,
  canTransition,
  finalStatuses,
  isFinal,
  refusePath,
  workOrderStatuses,
  type WorkOrderStatus,
} from '../../domain/work-orders/work-order.ts';
import { readVariable } from '../../tools/environment.mjs';

const anyStatus = fc.constantFrom(...workOrderStatuses);
const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('the life of a work order', () => {
  it('never goes on from a final status, not even to itself', () => {
    for (const from of finalStatuses) {
      expect(isFinal(from)).toBe(true);
      for (const to of workOrderStatuses) expect(canTransition(from, to), `${from} to ${to}`).toBe(false);
    }
  });

  it('names as final exactly the statuses without a way out', () => {
    expect(workOrderStatuses.filter(isFinal)).toEqual([...finalStatuses]);
  });

  it('lets every status stay and be cancelled as long as it has not ended', () => {
    fc.assert(
      fc.property(anyStatus, (status) => {
        expect(canTransition(status, status)).toBe(!isFinal(status));
        expect(canTransition(status, 'cancelled')).toBe(!isFinal(status));
      }),
    );
  });

  it('has a way to an end from wherever legal steps lead', () => {
    fc.assert(
      fc.property(fc.array(anyStatus, { maxLength: 30 }), (wishes) => {
        const at = wishes.reduce<WorkOrderStatus>((from, to) => (canTransition(from, to) ? to : from), 'draft');
        expect(reachable(at).some(isFinal)).toBe(true);
      }),
    );
  });

  it('reaches every status from a draft, and never a success without having run', () => {
    expect(new Set(reachable('draft'))).toEqual(new Set(workOrderStatuses));
    for (const from of ['draft', 'awaiting_approval', 'queued'] as const) {
      expect(canTransition(from, 'completed')).toBe(false);
      expect(canTransition(from, 'needs_review')).toBe(false);
    }
  });
});

function reachable(from: WorkOrderStatus): WorkOrderStatus[] {
  const seen = new Set<WorkOrderStatus>([from]);
  for (const status of seen) {
    for (const next of workOrderStatuses) if (canTransition(status, next)) seen.add(next);
  }
  return [...seen];
}

describe('the branch of an attempt', () => {
  const orderIds = ['3f2a9c10-8a44-4c1e-9d6b-2f1e5a7c0b11', 'b7d40e55-8a44-4c1e-9d6b-2f1e5a7c0b11'] as const;

  it('is a name that git accepts for the hardest titles', () => {
    const titles = [
      '',
      '-',
      '..',
      '@{',
      'a.lock',
      'ab/../c',
      '\u0000',
      '~^:?*[\\',
      'Ünïcödé',
      '修复',
      '\u{1F680} go',
      'x'.repeat(500),
    ];
    for (const title of titles) expect(gitAccepts(branchName(orderIds[0], title, 2)), JSON.stringify(title)).toBe(true);
  });

  it('holds only characters that mean nothing to git or a shell, for any title', () => {
    fc.assert(
      fc.property(fc.uuid(), anyText, fc.integer({ min: 1, max: 99 }), (order, title, attempt) => {
        const name = branchName(order, title, attempt);
        expect(name).toMatch(/^ratchet\/[0-9a-f]{8}-[a-z0-9]+(?:-[a-z0-9]+)*$/);
        expect(name.length).toBeLessThan(80);
        expect(branchName(order, title, attempt)).toBe(name);
      }),
    );
  });

  it('is another one for each attempt of an order', () => {
    fc.assert(
      fc.property(fc.uuid(), anyText, (order, title) => {
        const names = [1, 2, 3, 11].map((attempt) => branchName(order, title, attempt));
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it('is never that of another order with the same title', () => {
    const [one, other] = orderIds;
    expect(branchName(one, 'Fix it', 1)).toBe('ratchet/3f2a9c10-fix-it');
    expect(branchName(other, 'Fix it', 1)).toBe('ratchet/b7d40e55-fix-it');
  });
});

function gitAccepts(branch: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', '--branch', branch], {
      env: { PATH: readVariable('PATH') ?? '' },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

describe('a path in scope', () => {
  const segment = fc.oneof(
    fc.constantFrom('..', '.', '', '.git', '.GIT', '~', 'C:', '\\', 'a\nb', ' ', 'src', 'index.ts'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  const anyPath = fc.array(segment, { maxLength: 6 }).map((parts) => parts.join('/'));

  it('never leads out of the repository or into git, however it is written', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        if (refusePath(path) !== null) return;
        const inside = relative('/repository', resolve('/repository', path));
        expect(inside.split('/')).not.toContain('..');
        expect(isAbsolute(inside)).toBe(false);
        expect(inside.split('/').map((part) => part.toLowerCase())).not.toContain('.git');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['', /empty/],
    [' src', /blanks/],
    ['/etc/passwd', /not inside/],
    ['~/.ssh/id', /not inside/],
    ['C:/Windows', /not inside/],
    ['src/../../etc', /not inside/],
    ['src\\..\\x', /not allowed/],
    ['a\nb', /not allowed/],
    ['a\0b', /not allowed/],
    ['.git/config', /git's own/],
    ['deep/.GiT/hooks', /git's own/],
  ])('is refused with the reason: %j', (path, reason) => {
    expect(refusePath(path)).toMatch(reason);
  });

  it.each(['src/index.ts', 'src/', '.github/workflows/ci.yml', 'a b/ü.ts', '.gitignore', 'x..y/z'])(
    'is accepted: %s',
    (path) => {
      expect(refusePath(path)).toBeNull();
    },
  );
});
