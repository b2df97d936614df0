import type { DiffLine, FileChange } from '../text/unified-diff.ts';
import { isLockFile } from './generated-files.ts';
import type { GuardHit } from './guard.ts';

interface SecretForm {
  what: string;
  pattern: RegExp;
}

// The group, where there is one, is the part that has to look random.
const secretForms: readonly SecretForm[] = [
  { what: 'an AWS key', pattern: /\b(?:AKIA|ASIA)([A-Z0-9]{16})\b/ },
  { what: 'a GitHub token', pattern: /\bgh[pousr]_([A-Za-z0-9]{30,255})\b/ },
  { what: 'a GitHub token', pattern: /\bgithub_pat_(\w{22,255})\b/ },
  { what: 'a GitLab token', pattern: /\bgl(?:pat|rt|dt|ptt)-([A-Za-z0-9_-]{20,64})/ },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-([A-Za-z0-9-]{10,200})/ },
  { what: 'a Slack address', pattern: /\bhooks\.slack\.com\/services\/(T\w{6,20}\/B\w{6,20}\/\w{16,40})/ },
  { what: 'a Stripe key', pattern: /\b[rs]k_(?:live|test)_([A-Za-z0-9]{16,200})/ },
  { what: 'a Google key', pattern: /\bAIza([A-Za-z0-9_-]{35})/ },
  { what: 'an Anthropic key', pattern: /\bsk-ant-([A-Za-z0-9_-]{20,200})/ },
  { what: 'an OpenAI key', pattern: /\bsk-(?:proj-|svcacct-|admin-)?([A-Za-z0-9_-]{20,200})/ },
  { what: 'an npm token', pattern: /\bnpm_([A-Za-z0-9]{36})\b/ },
  {
    what: 'a signed token',
    pattern: /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ([\w-]{10,4000})\.[\w-]{10,1000}/,
  },
];

const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/;

const secretName = String.raw`(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)`;
const assignments: readonly RegExp[] = [
  new RegExp(
    String.raw`${secretName}[\w-]{0,30}["'\`]?\]?\s{0,5}(?::\s?string\s?)?(?:[:=]=?|=>)\s{0,5}["'\`]([^"'\`\s]{16,400})["'\`]`,
    'gi',
  ),
];
/** In files of settings values stand without quotes. */
const unquoted = new RegExp(String.raw`${secretName}[\w.-]{0,30}\s{0,5}[:=]\s{0,5}([^\s"'\`#]{16,400})\s{0,20}$`, 'i');
const settingsFile = /(?:^|\/)\.env[^/]{0,60}$|\.(?:env|properties|ini|cfg|conf|toml|ya?ml|tfvars)$/i;

const placeholder =
  /x{4}|\*{3}|\.{3}|your[-_ ]|example|change[-_]?(?:me|it)|placeholder|dummy|redacted|replace[-_]|insert[-_]|<[^>]{1,100}>|\$[{(]|\{\{|%[a-z]|process\.env|os\.environ|getenv|secrets\.|vault:/i;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const lineLengthMax = 50_000;
/** Bits for each character: a key of 16 random capitals and digits stays above it, a repeated pattern below. */
const formEntropyMin = 2.6;
/** Random base64 of 16 characters has about 3.8, hexadecimal digits at most 4, words of a language about 3. */
const valueEntropyMin = 3.3;
const hexEntropyMin = 2.9;

/** Finds credentials in added lines. What the same change removes elsewhere was only moved. */
export function checkSecrets({ changes }: { changes: readonly FileChange[] }): GuardHit[] {
  const removed = changes.flatMap(({ lines }) =>
    lines.filter(({ type }) => type === 'removed').map(({ text }) => text),
  );
  return changes
    .filter(({ path }) => !isLockFile(path))
    .flatMap(({ path, lines }) =>
      lines.flatMap((line): GuardHit[] => {
        const found = line.type === 'added' ? findSecret(line, path) : null;
        if (found === null || removed.some((text) => text.includes(found.value))) return [];
        return [{ guard: 'secrets', path, line: line.newLine, message: describe(path, found) }];
      }),
    );
}

interface FoundSecret {
  what: string;
  value: string;
}

// Never more than this: the message is stored, shown and published.
function describe(path: string, { what, value }: FoundSecret): string {
  return `${path} gets what looks like ${what} (it begins with "${value.slice(0, 4)}" and has ${value.length} characters).`;
}

function findSecret({ text }: DiffLine, path: string): FoundSecret | null {
  const line = text.slice(0, lineLengthMax);
  const key = privateKey.exec(line);
  if (key !== null) return { what: 'a private key', value: key[0] };
  for (const { what, pattern } of secretForms) {
    const [value, random] = pattern.exec(line) ?? [];
    if (value !== undefined && !placeholder.test(value) && entropy(random ?? value) >= formEntropyMin) {
      return { what, value };
    }
  }
  const value = assignedValues(line, path).find(looksRandom);
  return value === undefined ? null : { what: 'a secret in plain text', value };
}

function assignedValues(line: string, path: string): string[] {
  const quoted = assignments.flatMap((pattern) => Array.from(line.matchAll(pattern), ([, value]) => value ?? ''));
  const plain = settingsFile.test(path) ? unquoted.exec(line)?.[1] : undefined;
  return plain === undefined ? quoted : [...quoted, plain];
}

function looksRandom(value: string): boolean {
  if (placeholder.test(value) || uuid.test(value) || /^[a-z]{2,10}:\/\/|^[./]/i.test(value)) return false;
  if (/^[0-9a-f]{1,400}$/i.test(value)) return entropy(value) >= hexEntropyMin;
  // Names and phrases have no digits, or few; only with much variety does a value without one look random.
  return entropy(value) >= (/\d/.test(value) ? valueEntropyMin : valueEntropyMin + 0.9);
}

/** Shannon's entropy of a text in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
