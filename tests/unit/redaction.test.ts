import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createKnownSecrets, createRedactor, redactDeep, redactedMark } from '../../domain/text/redact.ts';
import { refuseSecrets } from '../../domain/text/refuse-secrets.ts';
import { processorMsOf } from '../support/processor-time.ts';

const root = join(import.meta.dirname, '../..');
const letters = (count: number) => 'aB3xK9tQ7wZ2'.repeat(count).slice(0, count);
const redact = createRedactor([]);

/** Values as passwords and keys are: any characters, but none that are a piece of the mark itself. */
const secret = fc.string({ unit: 'binary', minLength: 8, maxLength: 60 }).filter((text) => {
  const isWhole = text.toWellFormed() === text;
  return isWhole && !redactedMark.includes(text) && new Set(text).size > 4;
});
const around = fc.string({ unit: 'grapheme', maxLength: 80 });

/** The pieces of a text that the mark stands between. */
const piecesOf = (text: string) => text.split(redactedMark);

describe('a known value', () => {
  it.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['in JSON', (text) => JSON.stringify({ text })],
    ['in JSON in JSON, as a line of a log has it', (text) => JSON.stringify({ line: JSON.stringify({ text }) })],
    ['in an address', (text) => `https://example.org/?q=${encodeURIComponent(text)}`],
    ['in a form', (text) => new URLSearchParams({ text }).toString()],
  ])('is never left %s', (_how, write) => {
    fc.assert(
      fc.property(secret, around, around, (value, before, after) => {
        const clean = createRedactor([value])(write(`${before} ${value} ${after}`));
        // What the encodings leave of a value is looked for, not what our own list of encodings says.
        for (const piece of piecesOf(clean)) {
          expect(piece).not.toContain(value);
          expect(piece).not.toContain(encodeURIComponent(value));
          expect(unescaped(unescaped(piece))).not.toContain(value);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is never left in base64, wherever it stands in what was encoded', () => {
    fc.assert(
      fc.property(secret, fc.tuple(around, around), fc.boolean(), (value, [before, after], isForAddresses) => {
        const encoding = isForAddresses ? 'base64url' : 'base64';
        const encoded = Buffer.from(`${before}${value}${after}`).toString(encoding);
        const clean = createRedactor([value])(`Authorization said ${encoded}.`);
        for (const piece of piecesOf(clean).flatMap((part) => [0, 1, 2, 3].map((shift) => part.slice(shift)))) {
          expect(Buffer.from(piece, encoding).includes(Buffer.from(value))).toBe(false);
        }
        expect(clean).toContain(redactedMark);
      }),
      { numRuns: 300 },
    );
  });

  it('is never left as hexadecimal digits', () => {
    fc.assert(
      fc.property(secret, (value) => {
        const hex = Buffer.from(value).toString('hex');
        expect(createRedactor([value])(`00${hex}ff ${hex.toUpperCase()}`)).toBe(`00${redactedMark}ff ${redactedMark}`);
      }),
    );
  });

  it('is hidden for as long as it is known', () => {
    const known = createKnownSecrets(['lasting-value-1']);
    const forget = known.add('passing-value-2');
    const token = `npm_${letters(36)}`;
    expect(known.redact(`lasting-value-1 passing-value-2 ${token}`)).toBe(Array(3).fill(redactedMark).join(' '));
    expect(known.redactValues(`lasting-value-1 ${token}`)).toBe(`${redactedMark} ${token}`);
    forget();
    expect(known.redact('lasting-value-1 passing-value-2')).toBe(`${redactedMark} passing-value-2`);
  });
});

/** What a reader of JSON would make of a piece of it. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gs, (_all, code: string | undefined, character: string) =>
    code === undefined
      ? ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }[character] ?? character)
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const keyLines = Array.from({ length: 6 }, () => letters(64)).join('\n');
const credentials: [string, string][] = [
  ['Anthropic', `sk-ant-api03-${letters(40)}`],
  ['OpenAI', `sk-proj-${letters(40)}`],
  ['another provider', `sk-${letters(32)}`],
  ['GitHub', `ghs_${letters(36)}`],
  ['GitHub, fine-grained', `github_pat_${letters(22)}_${letters(40)}`],
  ['GitLab', `glpat-${letters(20)}`],
  ['Slack', `xoxb-${letters(12)}-${letters(24)}`],
  ['AWS', ['ASIA', 'ABCDEFGHIJKLMNOP'].join('')],
  ['Google', `AIza${letters(35)}`],
  ['npm', `npm_${letters(36)}`],
  ['Stripe', `sk_live_${letters(24)}`],
  ['Ratchet', `rat_${letters(20)}-_${letters(21)}`],
  ['a signed token', `eyJ${letters(30)}.${letters(30)}.${letters(43)}`],
  ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${keyLines}\n-----END RSA PRIVATE KEY-----`],
];

describe('a credential of a known form', () => {
  it.each(credentials)('of %s is found behind letters that belong to something else', (_who, credential) => {
    for (const [before, after] of [
      ['said "', '" and'],
      [String.raw`line\n`, String.raw`\nline`],
      ['\u001b[31m', '\u001b[0m'],
      [String.raw`\u001b[31m`, String.raw`\u001b[0m`],
      ['?token%3D', '&x'],
      ['KEY=', ' '],
      ["'", "'"],
    ] as const) {
      const written = before.includes('\\') ? JSON.stringify(credential).slice(1, -1) : credential;
      expect(redact(`${before}${written}${after}`)).toBe(`${before}${redactedMark}${after}`);
    }
  });

  it('is found where our own Markdown has escaped it', () => {
    expect(redact(`ghp\\_${letters(36)}`)).toBe(redactedMark);
    expect(redact(JSON.stringify({ body: `npm\\_${letters(36)}` }))).toBe(JSON.stringify({ body: redactedMark }));
  });

  it('is found in headers and settings, of which the names stay', () => {
    expect(redact(`Authorization: Bearer ${letters(40)}`)).toBe(`Authorization: Bearer ${redactedMark}`);
    expect(redact(`authorization: basic ${letters(24)}==`)).toBe(`authorization: basic ${redactedMark}`);
    expect(redact(`x-api-key: ${letters(32)}`)).toBe(`x-api-key: ${redactedMark}`);
    expect(redact(`aws_secret_access_key = ${letters(40)}`)).toBe(`aws_secret_access_key = ${redactedMark}`);
    expect(redact(`https://${letters(40)}@example.org/a`)).toBe(`https://${redactedMark}@example.org/a`);
    expect(redact('redis://me:p@ss:w0rd@host/1?a=b@c')).toBe(`redis://${redactedMark}@host/1?a=b@c`);
  });

  it('is hidden as far as it is there when a private key was cut', () => {
    const half = `-----BEGIN PRIVATE KEY-----\n${keyLines}`;
    expect(redact(`before ${half}`)).toBe(`before ${redactedMark}`);
    const tail = `${keyLines}\nshort==\n-----END PRIVATE KEY-----`;
    expect(redact(`A line of words.\n${tail} after`)).toBe(`A line of words.\n${redactedMark} after`);
    expect(redact(`A line of words.\n${JSON.stringify(tail)}`)).toBe(`A line of words.\n"${redactedMark}"`);
  });

  it('leaves JSON that can be read', () => {
    const place = fc.constantFrom(...credentials.map(([, credential]) => credential));
    fc.assert(
      fc.property(fc.array(fc.oneof(around, place)), (texts) => {
        const read = JSON.parse(redact(JSON.stringify(texts))) as string[];
        expect(read).toHaveLength(texts.length);
        for (const [, credential] of credentials) expect(read.join('\n')).not.toContain(credential);
      }),
    );
  });
});

/** Text files below a folder. */
function textsIn(folder: string): [string, string][] {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile() && /\.(?:ts|mjs|js|txt|md|json|ya?ml|sql)$/.test(file.name));
  return names.map((file) => [
    join(file.parentPath, file.name),
    readFileSync(join(file.parentPath, file.name), 'utf8'),
  ]);
}

describe('a text without a secret', () => {
  it('is not changed: code, settings, hashes, and the output of a hundred tools', () => {
    const folders = ['domain', 'activities', 'workflows', 'docs', 'prisma/migrations', 'tests/failures/recorded'];
    const texts = [...folders, 'node_modules/zod/v4', 'node_modules/fastify/lib'].flatMap(textsIn);
    expect(texts.length).toBeGreaterThan(1_000);
    const changed = texts.filter(([, text]) => redact(text) !== text);
    expect(changed.map(([file]) => file)).toEqual([]);
  });

  it.each([
    'git diff a1b2c3d4e5f60718293a4b5c6d7e8f9012345678..0123456789abcdef0123456789abcdef01234567',
    'sha512-Zx1mTyl6p9Mve7sHzS4+5qkC1xdnhY6BnLrPq2EjFZOq3wUo8aVbt0dK==',
    'postgresql://user:${PASSWORD}@host/db and postgresql://user:$PASSWORD@host and https://<user>:<password>@host',
    'disk-0123456789abcdef0123456789abcdef task-runner-configuration-options-for-everybody sk-folding-cube-animation',
    'The bearer of authentication-and-authorization-tokens; see [x](https://example.org/a:b@c).',
    'const rat_race_with_a_name_that_is_longer_than_forty_three_characters = 1;',
  ])('is not changed where it looks like one: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('the time that a redactor takes', () => {
  // A quadratic pattern would take 16 times as long for four times the text.
  it.each(
    [
      ['eyJ-', String.raw`\neyJ`, 'sk-a', 'sk-ant-', 'gh', 'github_pat_', 'glpat-', 'xoxb-', 'AKIA', 'npm_', 'rat_'],
      ['://', 'a://b:', 'a://b@', ':@', 'bearer ', 'Bearer a', 'authorization: basic ', 'x-api-key: ', '?api_key=a'],
      ['aws_secret_access_key=', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', `${letters(64)}\n`],
      [`-----END PRIVATE KEY-----\n${letters(64)}\n`, `-----BEGIN PRIVATE KEY-----\n${letters(64)}\n`, '\\', 'A='],
    ].flat(),
  )('grows with the text and no faster: %j', (piece) => {
    const known = createRedactor(['a-known-value-of-a-key', piece.repeat(9)]);
    const timeOf = (length: number) => {
      const text = `x${piece.repeat(Math.ceil(length / piece.length))}-----END PRIVATE KEY-----`;
      const work = () => {
        redact(text);
        known(text);
      };
      return processorMsOf(work, 4);
    };
    timeOf(50_000);
    expect(timeOf(600_000) / Math.max(timeOf(150_000), 10)).toBeLessThan(10);
  });
});

describe('a value of objects and lists', () => {
  it('loses the secrets in its texts at every depth, and nothing else', () => {
    const token = `ghp_${letters(36)}`;
    const at = new Date(0);
    const bytes = new Uint8Array([1]);
    const value = { a: [token, { b: `x ${token}` }], at, bytes, count: 3n, none: null, [token]: 1 };
    expect(redactDeep(value, redact)).toEqual({
      ...{ a: [redactedMark, { b: `x ${redactedMark}` }], at, bytes, count: 3n, none: null },
      [redactedMark]: 1,
    });
    expect(redactDeep({ commit: token, own: token }, redact, new Set(['own']))).toEqual({ commit: token, own: token });
  });

  it('is the same object when it holds none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(redactDeep(value, redact)).toBe(value);
      }),
    );
  });
});

describe('what a person wrote into an order', () => {
  it.each(credentials)(
    'is refused with a credential of %s in it, in a sentence that does not hold it',
    (_who, credential) => {
      const refusal = refuseSecrets('description', `Use ${credential} for it.`);
      expect(refusal).toMatch(/^The description holds what looks like .* Take it out, and replace it/);
      expect(refusal).not.toContain(credential.slice(0, 12));
    },
  );

  it.each([
    'Accept tokens such as ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.',
    'The example key AKIAIOSFODNN7EXAMPLE must be recognised.',
    'Set DATABASE_URL to postgresql://postgres:postgres@localhost:5432/test.',
    'Use postgresql://user:${PASSWORD}@host/db.',
    'Rename the option --api-key to --key.',
  ])('is taken when it only shows a form: %s', (text) => {
    expect(refuseSecrets('description', text)).toBeNull();
  });

  it('is refused with a real password in an address', () => {
    expect(refuseSecrets('description', `postgresql://app:${letters(20)}@db.internal/app`)).toContain(
      'a password in an address',
    );
  });
});
