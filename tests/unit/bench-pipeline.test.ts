import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { figureDefinitions, figureNames, median } from '../../scripts/bench-pipeline/figures.ts';
import { findDefects, type BatchOrder } from '../../scripts/bench-pipeline/judge-batch.ts';
import { ownShare, type TimedEvent } from '../../scripts/bench-pipeline/own-share.ts';

const root = join(import.meta.dirname, '../..');

describe('the figures of bench:pipeline', () => {
  it('have the names that others look them up by', () => {
    expect(figureNames).toEqual([
      'engine-overhead-1',
      'engine-overhead-20',
      'history-events-per-attempt',
      'history-kb-per-attempt',
      'own-share-of-sample-order',
      'orders-per-minute-50',
      'time-growth-10-to-200',
      'memory-growth-10-to-200',
      'workspace-50mb',
      'second-clone-fetch',
    ]);
  });

  it('are documented one by one, with unit, goal and meaning', () => {
    const page = readFileSync(join(root, 'docs/bench-pipeline.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)`\s*\| (\S.*?)\s*\| (\S.*?)\s*\| (\S.*?)\s*\|$/gm)];
    const documented = rows.map(([, name, unit, goal, meaning]) => ({ name, unit, goal, meaning }));
    const defined = Object.entries(figureDefinitions).map(([name, { unit, goal, meaning }]) => {
      return { name, unit, goal: goal === null ? 'none' : `at most ${goal}`, meaning };
    });
    expect(documented).toEqual(defined);
  });

  it('are run by npm run bench, and explained by --help', () => {
    const script = 'scripts/bench-pipeline.ts';
    expect(packageJson.scripts['bench:pipeline']).toBe(`node ${script}`);
    const help = execFileSync(process.execPath, [join(root, script), '--help'], { encoding: 'utf8' });
    for (const name of figureNames) expect(help).toContain(figureDefinitions[name].meaning);
  });

  it('are the middle of their rounds', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([10, 9, 100])).toBe(10);
    expect(median([])).toBeNaN();
  });
});

describe('the own share of an order', () => {
  const at = (type: string, atMs: number, step: string | null = null): TimedEvent => ({ type, step, atMs });
  const events = [
    at('started', 1_000),
    at('step_finished', 5_000, 'edit'),
    at('step_started', 6_000, 'verify'),
    at('ended', 11_000),
  ];

  it('leaves out editor, commands, models and the wait for the baseline', () => {
    expect(ownShare(events, { editorMs: 3_000, commandsMs: 4_000, modelsMs: 1_000 })).toBeCloseTo(0.1);
    expect(ownShare(events, { editorMs: 0, commandsMs: 0, modelsMs: 0 })).toBeCloseTo(0.9);
  });

  it('is not told of an order that has not ended', () => {
    expect(() => ownShare(events.slice(0, 3), { editorMs: 0, commandsMs: 0, modelsMs: 0 })).toThrow(/no end/);
  });
});

describe('a batch of orders', () => {
  const sound = (number: number): BatchOrder => ({
    number,
    status: 'completed',
    pullRequests: 1,
    outcomes: 1,
    attempt: 1,
    callsOfOneStepMax: 1,
    askedAtMs: number * 10,
    admittedAtMs: number * 10 + 5,
  });
  const batch = [1, 2, 3, 4, 5].map(sound);
  const withFirst = (change: Partial<BatchOrder>) => [{ ...sound(1), ...change }, ...batch.slice(1)];

  it('is sound when each order came to one outcome and one pull request', () => {
    expect(findDefects(batch, 2)).toEqual([]);
  });

  it.each([
    ['lost', { status: 'running' }],
    ['lost', { status: 'failed' }],
    ['lost', { pullRequests: 0 }],
    ['lost', { outcomes: 0 }],
    ['doubled', { pullRequests: 2 }],
    ['doubled', { outcomes: 2 }],
    ['doubled', { attempt: 2, outcomes: 2 }],
    ['doubled', { callsOfOneStepMax: 2 }],
    ['starved', { admittedAtMs: 46 }],
    ['starved', { admittedAtMs: null }],
  ] as const)('says that an order is %s: %o', (word, change) => {
    expect(findDefects(withFirst(change), 2)).toEqual([expect.stringContaining(`Order 1 is ${word}`)]);
  });

  it('calls nobody starved who was overtaken by as many as may be', () => {
    expect(findDefects(withFirst({ admittedAtMs: 36 }), 2)).toEqual([]);
  });
});
