import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Acceptance } from '../../domain/acceptance/score.ts';
import { failureOf } from '../../domain/failures/typed-failure.ts';
import { guards } from '../../domain/guards/guard.ts';
import { pullRequestBody, type PullRequestFacts } from '../../domain/work-orders/pull-request-body.ts';

const facts: PullRequestFacts = {
  orderNumber: 7,
  attempt: 1,
  title: 'Add a total',
  description: 'The shop needs a total.',
  criteria: [
    { id: 'AC1', text: 'total() exists', command: 'npm test' },
    { id: 'AC2', text: 'it is fast' },
    { id: 'AC3', text: 'it is right', command: 'false' },
    { id: 'AC4', text: 'it is documented' },
  ],
  proofs: [
    { id: 'AC1', verdict: 'proven', proof: 'proven by `npm test`' },
    { id: 'AC2', verdict: 'unproven', proof: 'not proven: no command was given for it' },
    { id: 'AC3', verdict: 'refuted', proof: 'not proven: `false` failed' },
    { id: 'AC4', verdict: 'reviewed', proof: 'not proven, but reviewed by a model, large: see `src/total.ts:1`' },
  ],
  proposal: {
    summary: 'Adds total().',
    files: [{ path: 'src/total.ts', intent: 'the sum', isNew: true }],
    tests: [],
    risks: [],
    criteriaCovered: [],
  },
  diffStat: { files: 2, added: 10, removed: 1 },
  gates: [
    { kind: 'test', command: 'npm test', outcome: 'passed', reason: 'It is green.', exitCode: 0, durationMs: 1_234 },
  ],
  acceptance: null,
  guardHits: [],
  model: 'scripted',
  scripted: false,
  standIns: [],
  sandboxed: true,
  costUsdMicros: 1_500,
  runUrl: null,
  failure: null,
};

const acceptance: Acceptance = {
  score: 8.5,
  passes: true,
  parts: [
    { name: 'tests', weight: 0.6, score: 9, reasons: [] },
    { name: 'build', weight: 0.4, score: 7.8, reasons: [] },
  ],
};
const ticksIn = (body: string) => body.match(/^\s*[-*+>] \[x\] /gim) ?? [];
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        '# x',
        '- [x] ',
        '<script>',
        '```',
        '@everyone',
        '![](http://x)',
        '`',
        '|',
        '---',
        '> ',
        '1. ',
        'fixes #1',
        'GH-1',
        'www.x.org',
        '&#64;',
        '&commat;',
        'http://',
        '\r',
        '\u2028',
        ' ',
        'a',
      ),
    )
    .map((parts) => parts.join('')),
);
const id = fc.constantFrom('AC1', 'AC2', 'AC3');
const hostileFacts: fc.Arbitrary<PullRequestFacts> = fc
  .record({
    description: hostile,
    criteria: fc.array(fc.record({ id: fc.oneof(id, hostile), text: hostile }), { maxLength: 30 }),
    proofs: fc.array(fc.record({ id, verdict: fc.constantFrom('unproven', 'refuted'), proof: hostile }), {
      maxLength: 5,
    }),
    proposal: fc.record({
      summary: hostile,
      files: fc.array(fc.record({ path: hostile, intent: hostile, isNew: fc.boolean() }), { maxLength: 30 }),
      tests: fc.array(hostile),
      risks: fc.array(hostile),
      criteriaCovered: fc.array(hostile),
    }),
    gates: fc.array(
      fc.record({
        kind: fc.constantFrom('install', 'test'),
        command: hostile,
        outcome: fc.constantFrom('passed', 'known_failures', 'failed'),
        reason: hostile,
        exitCode: fc.option(fc.integer()),
        durationMs: fc.nat(),
      }),
      { maxLength: 8 },
    ),
    failure: fc.option(hostile.map((message) => failureOf('git-failed', message))),
    guardHits: fc.array(
      fc.record({
        guard: fc.constantFrom(...guards),
        path: fc.option(hostile),
        line: fc.option(fc.nat()),
        message: hostile,
      }),
      { maxLength: 9 },
    ),
    acceptance: fc.option(fc.constant(acceptance)),
  })
  .map((parts) => ({ ...facts, ...parts }));

describe('the body of a pull request', () => {
  it('ticks what was proven and nothing else, and says how', () => {
    const lines = pullRequestBody(facts).split('\n');
    expect(lines).toContain('- [x] AC1: total() exists (proven by `npm test`)');
    expect(lines).toContain('- [ ] AC2: it is fast (not proven: no command was given for it)');
    expect(lines).toContain('- [ ] AC3: it is right (not proven: `false` failed)');
    expect(ticksIn(lines.join('\n'))).toHaveLength(1);
  });

  it('ticks nothing that has no proof at all', () => {
    const body = pullRequestBody({ ...facts, proofs: [] });
    expect(ticksIn(body)).toEqual([]);
    expect(body).toContain('(not checked)');
  });

  it('says who stood in for a model whose provider did not answer', () => {
    const standIns = [{ asked: 'claude-opus-5-5', answered: 'ollama/qwen3' }];
    expect(pullRequestBody({ ...facts, standIns })).toMatch(
      /^> \*\*Degraded:\*\* .*ollama\/qwen3 in place of claude-opus-5-5/m,
    );
    expect(pullRequestBody(facts)).not.toContain('Degraded');
  });

  it('says what is special: a script, a failure, no sandbox; and only then', () => {
    expect(pullRequestBody(facts)).not.toMatch(/script that is part|Draft|Not sandboxed/);
    const body = pullRequestBody({
      ...facts,
      scripted: true,
      sandboxed: false,
      failure: failureOf('step-timeout', 'The test gate was stopped.'),
      runUrl: 'http://127.0.0.1:8233/run',
    });
    expect(body).toContain('**Scripted model:**');
    expect(body).toContain('**Draft, not proven:** timeout: The test gate was stopped.');
    expect(body).toContain('Not sandboxed.');
    expect(body).toContain('Run: http://127.0.0.1:8233/run');
    expect(body).toContain('| test | passed | `npm test` | exit code 0, 1.2 s |');
    expect(body).toContain('Cost: $0.0015');
  });

  it('shows first what a guard found, and at the end the score and what was no worse than before', () => {
    const gates = [{ ...facts.gates[0]!, outcome: 'known_failures' as const, exitCode: 1 }];
    const hit = { guard: 'tamper' as const, path: 'a.test.ts', line: 3, message: 'A test was taken away.' };
    const body = pullRequestBody({ ...facts, gates, acceptance, guardHits: [hit] });
    expect(body).toMatch(/^## Look at this first\n- `a\.test\.ts`: A test was taken away\./);
    expect(body).toContain('| test | no worse than before | `npm test` | exit code 1, 1.2 s |');
    expect(body).toContain('Acceptance: 8.5 of 10 (tests 9, build 7.8).');
    expect(pullRequestBody(facts)).not.toMatch(/Look at this|Acceptance: /);
  });

  it('never loses its last lines, however much there is to say', () => {
    const many = <Entry>(entry: Entry) => Array.from({ length: 30 }, () => entry);
    const body = pullRequestBody({
      ...facts,
      criteria: many(facts.criteria[0]!),
      proposal: { ...facts.proposal!, files: many(facts.proposal!.files[0]!) },
      gates: many(facts.gates[0]!),
      guardHits: many({ guard: 'size' as const, path: null, line: null, message: 'It is large.' }),
      acceptance,
      scripted: true,
      failure: failureOf('step-timeout', 'It was stopped.'),
      runUrl: 'http://127.0.0.1:8233/run',
    });
    expect(body).toContain('Order #7, attempt 1.');
    expect(body.endsWith('Run: http://127.0.0.1:8233/run\n')).toBe(true);
  });

  it('stays under 60 lines and keeps its own headings alone, whatever the texts of others hold', () => {
    fc.assert(
      fc.property(hostileFacts, (given) => {
        const body = pullRequestBody(given);
        const lines = body.split(/\r\n|[\r\n\u2028\u2029]/);
        expect(lines.length).toBeLessThan(60);
        const headings = lines.filter((line) => /^\s{0,3}(?:#{1,6}\s|={2,}\s*$)/.test(line));
        const warned = given.guardHits.length > 0 ? ['## Look at this first'] : [];
        const own = [...warned, '## Why', '## What', '## Acceptance criteria', '## Gates'];
        expect(own.slice(0, headings.length)).toEqual(headings);
        expect(ticksIn(body)).toEqual([]);
        const outsideCode = body.replaceAll(/\\[^\n]|`[^`\n]*`/g, '').replace('Order #7,', '');
        expect(outsideCode).not.toMatch(/<[a-z!/]/i);
        expect(outsideCode).not.toMatch(/\]\(/);
        expect(outsideCode).not.toMatch(/@\w|#\d|:\/\/|&(?!amp;)|\bgh-\d|\bwww\./i);
        expect(lines.filter((line) => /^\s*(?:```|~~~)/.test(line))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['# Heading', /^# /m],
    ['- [x] all is proven', /^- \[x\] all/m],
    ['```\nhidden', /```/],
    ['<img src=x onerror=alert(1)>', /</],
    ['![pixel](https://example.org/x.png)', /[^\\]!?\[pixel\]/],
    ['@team look', /@team/],
    ['fixes #12', /#12/],
    ['fixes gh-12', /gh-12/],
    ['&commat;team and &#35;12', /&(?!amp;)/],
    ['see https://example.org', /:\/\//],
    ['see www.example.org', /www\./],
  ])('gives no life to a description such as %j', (description, pattern) => {
    const body = pullRequestBody({ ...facts, description, runUrl: null, orderNumber: 0 });
    expect(body.split('## What')[0]).not.toMatch(pattern);
  });
});
