import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createRedactor, redactedMark } from '../../domain/text/redact.ts';
import { parseNumstat } from '../../domain/text/unified-diff.ts';
import { processorMsOf } from '../support/processor-time.ts';

const redact = createRedactor(['correct-horse-battery', 'correct-horse-battery-staple', 'short']);
const letters = (count: number) => 'aB3'.repeat(count).slice(0, count);

describe('redaction', () => {
  it.each([
    ['Anthropic', `sk-ant-api03-${letters(40)}`],
    ['OpenAI', `sk-proj-${letters(40)}`],
    ['GitHub', `ghp_${letters(36)}`],
    ['GitHub, fine-grained', `github_pat_${letters(40)}`],
    ['GitLab', `glpat-${letters(20)}`],
    ['Slack', `xoxb-${letters(24)}`],
    ['AWS', 'AKIAABCDEFGHIJKLMNOP'],
    ['npm', `npm_${letters(36)}`],
    ['a signed token', `eyJ${letters(30)}.${letters(30)}.${letters(43)}`],
    [
      'a private key',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END OPENSSH PRIVATE KEY-----`,
    ],
  ])('hides the credentials of %s and keeps what stands around them', (_who, credential) => {
    expect(redact(`before "${credential}" after`)).toBe(`before "${redactedMark}" after`);
  });

  it('hides name and password in an address, not the address', () => {
    expect(redact('git clone https://me:pa55@example.org/a.git')).toBe(
      `git clone https://${redactedMark}@example.org/a.git`,
    );
    expect(redact('postgresql://ratchet:pa:55@127.0.0.1:5432/x')).toBe(`postgresql://${redactedMark}@127.0.0.1:5432/x`);
    expect(redact('ssh://git@example.org:22/a')).toBe('ssh://git@example.org:22/a');
  });

  it('hides known values wherever they stand, the longer one whole, and no short one', () => {
    expect(redact('xcorrect-horse-battery-staplex')).toBe(`x${redactedMark}x`);
    expect(redact('correct-horse-battery!')).toBe(`${redactedMark}!`);
    expect(redact('a short way')).toBe('a short way');
  });

  it('leaves ordinary text as it is, and its own result too', () => {
    const plain = 'risk-taking task-runner at 12:30, see https://example.org/a?b=c and ghp_short, skip sk-1';
    expect(redact(plain)).toBe(plain);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
    );
  });

  it('never lets a known value through', () => {
    const value = fc.stringMatching(/^[a-z0-9+/=$.*()[\]-]{8,40}$/);
    fc.assert(
      fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
        expect(createRedactor([secret])(`${before}${secret}${after}`).replaceAll(redactedMark, '')).not.toContain(
          secret,
        );
      }),
    );
  });

  // A quadratic pattern would take 16 times as long for four times the text.
  it.each([
    ['almost signed tokens', 'eyJ-'],
    ['signed tokens without an end', `eyJ${letters(12)}.`],
    ['opened private keys', '-----BEGIN PRIVATE KEY-----'],
    ['addresses without a host', 'https://a:b'],
    ['schemes', 'abc+'],
    ['colons', 'a://b:'],
    ['key beginnings', 'sk-'],
  ])('takes time in proportion to the text: %s', (_what, piece) => {
    const timeOf = (length: number) => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      return processorMsOf(() => redact(text), 4);
    };
    const [fast, slow] = [timeOf(250_000), timeOf(1_000_000)];
    expect(slow / Math.max(fast, 5)).toBeLessThan(10);
  });
});

describe('the sum of a diff', () => {
  it('counts files, lines, and binary files without lines', () => {
    expect(parseNumstat('3\t1\tsrc/a.ts\0-\t-\tlogo.png\x000\t7\ta\nb\t.ts\0')).toEqual({
      files: 3,
      added: 3,
      removed: 8,
      paths: ['src/a.ts', 'logo.png', 'a\nb\t.ts'],
    });
    expect(parseNumstat('')).toEqual({ files: 0, added: 0, removed: 0, paths: [] });
  });

  it('is the sum of its rows', () => {
    const row = fc.tuple(fc.nat(10_000), fc.nat(10_000), fc.stringMatching(/^[a-z/.]{1,20}$/));
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const text = rows.map((columns) => `${columns.join('\t')}\0`).join('');
        const sum = (column: 0 | 1) => rows.reduce((total, columns) => total + columns[column], 0);
        const paths = rows.map(([, , path]) => path);
        expect(parseNumstat(text)).toEqual({ files: rows.length, added: sum(0), removed: sum(1), paths });
      }),
    );
  });
});
