import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkSecrets } from '../../../domain/guards/secrets.ts';
import { processorMsOf } from '../../support/processor-time.ts';
import { changeOf } from './changes.ts';

const random = 'q7Rk2ZpXw9Lm4TgVb8Ns3HdJf6Yc1AeUo5BiKxPz';
const upper = 'Q7RK2ZPXW9LM4TGV';
const hits = (text: string, path = 'src/a.ts') => checkSecrets({ changes: [changeOf(path, null, text)] });

// Put together here, so that no file of the repository holds something that looks real.
const tokens: [string, string][] = [
  ['AWS', `AKIA${upper}`],
  ['GitHub', `ghp_${random.slice(0, 36)}`],
  ['GitHub, fine-grained', `github_pat_${random}`],
  ['GitLab', `glpat-${random.slice(0, 20)}`],
  ['Slack', `xoxb-${random.slice(0, 24)}`],
  ['Stripe', `sk_live_${random.slice(0, 24)}`],
  ['Google', `AIza${random.slice(0, 35)}`],
  ['Anthropic', `sk-ant-api03-${random}`],
  ['OpenAI', `sk-proj-${random}`],
  ['npm', `npm_${random.slice(0, 36)}`],
  ['a signed token', `eyJ${random.slice(0, 20)}.eyJ${random}.${random}`],
  ['a private key', ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' ')],
];

describe('the secrets guard', () => {
  it.each(tokens)('finds credentials of %s and never says them', (_who, token) => {
    const [hit] = hits(`const a = 1;\nconst given = "${token}";`);
    expect(hit).toMatchObject({ guard: 'secrets', path: 'src/a.ts', line: 2 });
    expect(hit!.message).not.toContain(token.slice(0, 12));
  });

  it.each([
    ['src/a.ts', `const password = "${random.slice(0, 18)}";`],
    ['src/a.py', `API_KEY = '${random.slice(0, 24)}'`],
    ['src/a.json', `"clientSecret": "${random.slice(0, 32)}"`],
    ['.env', `AUTH_TOKEN=${random.slice(0, 20)}`],
    ['config/app.yml', `  secret_key_base: 9f86d081884c7d659a2feaa0c55ad015`],
  ])('finds a value that looks random in %s', (path, line) => {
    expect(hits(line, path)).toHaveLength(1);
  });

  it.each([
    ['src/a.ts', 'const password = "your-password-goes-here-1";'],
    ['src/a.ts', 'const token = "xxxxxxxxxxxxxxxxxxxx";'],
    ['src/a.ts', 'const secret = "changeme-changeme-1";'],
    ['src/a.ts', 'const apiKey = process.env.API_KEY_OF_THE_SERVICE;'],
    ['src/a.ts', 'const token = `${prefix}${TOKEN_OF_SERVICE_1}`;'],
    ['src/a.ts', 'const tokenId = "123e4567-e89b-12d3-a456-426614174000";'],
    ['src/a.ts', 'const aws = "AKIAIOSFODNN7EXAMPLE";'],
    ['src/a.ts', 'const tokenLabel = "a token with words in it";'],
    ['src/a.ts', 'const tokenUrl = "https://example.org/oauth2/token";'],
    ['src/a.ts', 'const passwordField = "confirmNewPassword";'],
    ['src/a.ts', `const planted = "ghp_${'a'.repeat(36)}";`],
    ['package-lock.json', `"integrity": "sha512-${random}", "token": "${random}"`],
    ['.env.example', 'API_KEY=your-api-key-goes-here'],
  ])('lets placeholders and names pass: %s: %s', (path, line) => {
    expect(hits(line, path)).toEqual([]);
  });

  it('looks at added lines alone, and not at what was only moved', () => {
    const line = `const a = "ghp_${random.slice(0, 36)}";`;
    expect(checkSecrets({ changes: [changeOf('a.ts', line, null)] })).toEqual([]);
    expect(checkSecrets({ changes: [changeOf('a.ts', line, null), changeOf('b.ts', null, line)] })).toEqual([]);
  });

  it('never lets more than four characters of a value into the message', () => {
    const value = fc.stringMatching(/^[a-zA-Z0-9]{20,60}$/);
    fc.assert(
      fc.property(value, (secret) => {
        for (const { message } of hits(`const password = "${secret}";`)) {
          expect(message).not.toContain(secret.slice(0, 6));
        }
      }),
    );
  });

  it.each(['password', 'token = "', 'eyJabcdefghijk.', 'AKIA', 'sk-', '-----BEGIN '])(
    'takes time in proportion to the line: %j again and again',
    (piece) => {
      expect(processorMsOf(() => void hits(piece.repeat(50_000 / piece.length)))).toBeLessThan(2_000);
    },
  );
});
