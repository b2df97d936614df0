/** Credentials that are recognised by their form, without knowing their value. */

/** One form. Each pattern is linear in the text: its repetitions have limits, and none looks twice at what it passed. */
export interface SecretForm {
  /** For people, with its article. */
  what: string;
  /** Stands in everything that the pattern matches: a text without it, nearly every one, need not be matched. */
  hint: string;
  /** With the flag `g`. What a group named `keep` matched stays. */
  pattern: RegExp;
  /** Looks at the whole match; without it every match counts. */
  accept?: (match: string) => boolean;
}

/*
 * A word boundary in front would miss tokens: in a line of JSON one can follow on the letters of `\n`, in a terminal on
 * those of a colour, in an address on `%20`. The underscore may be escaped, as our own Markdown does it.
 */
const begin = String.raw`(?:^|[^A-Za-z0-9_-]|\\[bfnrt]|%[0-9A-Fa-f]{2}|\[[0-9;]{0,12}m)`;
const underscore = String.raw`\\{0,2}_`;
const word = `(?:[A-Za-z0-9]|${underscore})`;
const wordOrDash = `(?:[A-Za-z0-9-]|${underscore})`;

function form(what: string, hint: string, pattern: string): SecretForm {
  return { what, hint, pattern: new RegExp(pattern, 'g') };
}

/** The same in capitals, too; then nothing can be said of every match. */
function anyCaseForm(what: string, pattern: string): SecretForm {
  return { what, hint: '', pattern: new RegExp(pattern, 'gi') };
}

/** The same for prefixes that ordinary words have, too: something in it has to look as if no person had written it. */
function random(description: SecretForm): SecretForm {
  return { ...description, accept: hasRandomRun };
}

function hasRandomRun(match: string): boolean {
  return (match.match(/[A-Za-z0-9]{16,}/g) ?? []).some((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
}

const beginOfKey = String.raw`-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----`;
const endOfKey = String.raw`-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----`;
const betweenKeyLines = String.raw`(?:[\s>|"',]|\\{1,2}[nrt])`;

export const secretForms: readonly SecretForm[] = [
  form('a private key', 'PRIVATE KEY', `${beginOfKey}(?:[^-]|-(?!----)){0,20000}${endOfKey}`),
  // Output that was cut keeps only the beginning.
  form('a private key', 'PRIVATE KEY', `${beginOfKey}(?:${betweenKeyLines}{0,20}[A-Za-z0-9+/=]{16,200}){0,400}`),
  form('an Anthropic key', 'sk-ant-', `sk-ant-${wordOrDash}{16,250}`),
  form('an OpenAI key', 'sk-', `sk-(?:proj|svcacct|admin|or-v1)-${wordOrDash}{16,250}`),
  random(form('a key of a model provider', 'sk-', `sk-(?<=${begin}sk-)${wordOrDash}{16,200}`)),
  form('a GitHub token', 'gh', `gh[pousr]${underscore}[A-Za-z0-9]{20,255}`),
  form('a GitHub token', 'github', `github${underscore}pat${underscore}${word}{20,255}`),
  form('a GitLab token', 'gl', `gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-${wordOrDash}{20,64}`),
  form('a Slack token', 'xox', 'xox[abeoprs]-[A-Za-z0-9-]{10,200}'),
  form('a Slack token', 'xapp-', 'xapp-[0-9]-[A-Za-z0-9-]{10,200}'),
  form(
    'a Slack address',
    'hooks.slack.com',
    String.raw`(?<keep>hooks\.slack\.com/services/)T\w{6,20}/B\w{6,20}/\w{16,40}`,
  ),
  form('an AWS key', 'IA', `A(?:KIA|SIA)(?<=${begin}A(?:KIA|SIA))[A-Z0-9]{16}(?![A-Za-z0-9])`),
  anyCaseForm(
    'an AWS key',
    String.raw`(?<keep>aws_?(?:secret_?access_?key|session_?token)["'\\]{0,3}\s{0,5}[:=]\s{0,5}["'\\]{0,3})[A-Za-z0-9+/=]{40,2000}`,
  ),
  form('a Google key', 'AIza', 'AIza[A-Za-z0-9_-]{35}'),
  form('a Google token', 'ya29.', String.raw`ya29\.[A-Za-z0-9_-]{20,500}`),
  form('a Google key', 'GOCSPX-', 'GOCSPX-[A-Za-z0-9_-]{24,40}'),
  form('an npm token', 'npm', `npm${underscore}[A-Za-z0-9]{36}`),
  form('a PyPI token', 'pypi-AgE', 'pypi-AgE[A-Za-z0-9_-]{40,500}'),
  form('a Stripe key', 'k', `[rs]k${underscore}(?:live|test)${underscore}[A-Za-z0-9]{16,250}`),
  form('a Hugging Face token', 'hf', `hf${underscore}[A-Za-z0-9]{34,64}`),
  form('a Docker token', 'dckr', `dckr${underscore}pat${underscore}${wordOrDash}{20,64}`),
  form('a SendGrid key', 'SG.', String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`),
  {
    ...form('a token of Ratchet', 't', `r(?:at|rt|st)${underscore}${wordOrDash}{43}`),
    accept: (match) => /[A-Z0-9]/.test(match),
  },
  form(
    'a signed token',
    'eyJ',
    String.raw`eyJ(?<=${begin}eyJ)[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{10,4000}(?:\.[A-Za-z0-9_-]{1,4000}){0,2}`,
  ),
  random(anyCaseForm('an authorization', String.raw`(?<keep>bearer\s{1,4})[A-Za-z0-9._~+=-]{20,2000}`)),
  anyCaseForm(
    'an authorization',
    String.raw`(?<keep>authorization["'\\]{0,3}\s{0,4}[:=]\s{0,4}["'\\]{0,3}(?:basic|token)\s{1,4})[A-Za-z0-9._~+/=-]{8,2000}`,
  ),
  random(
    anyCaseForm(
      'a key in a header or an address',
      String.raw`(?<keep>(?:x-(?:goog-)?api-key|x-auth-token|[?&](?:access_token|api_?key|client_secret|x-amz-signature))["'\\]{0,3}\s{0,4}[:=]\s{0,4}["'\\]{0,3})[A-Za-z0-9._~+%-]{16,500}`,
    ),
  ),
  {
    // As far as the last @ before the path: a password may hold one, too.
    ...form(
      'a password in an address',
      '://',
      String.raw`(?<keep>:\/\/(?<=[A-Za-z0-9]:\/\/))[^\s/@:?#"'<>${'`'}]{1,200}:[^\s/?#"'<>${'`'}]{1,400}@`,
    ),
    accept: (match) => !isPlaceholder(match.slice(match.indexOf(':', 3) + 1, -1)),
  },
  random(form('a token in an address', '://', String.raw`(?<keep>:\/\/(?<=[A-Za-z0-9]:\/\/))[A-Za-z0-9_-]{20,200}@`)),
];

/** Whether the place of a password holds a name for one: a variable, a gap to be filled, what hides one. */
function isPlaceholder(password: string): boolean {
  return /^(?:\$[A-Z_][A-Z0-9_]{0,80}|\$?\{.{0,200}\}|\$\(.{0,200}\)|%[sdv]|%\(.{0,80}|\*{1,80}|x{3,80}|\.{3}|…|\[redacted\])$/.test(
    password,
  );
}

const endOfCutKey = new RegExp(endOfKey, 'g');
const lineOfKey = new RegExp(`(?<!\\\\)[A-Za-z0-9+/=]{1,200}${betweenKeyLines}{1,20}$`);
/** Longer than a line of a key with what stands before the next one. */
const windowLength = 240;

/** Where the rest of a private key lies whose beginning was cut off: `[start, end]` of each, in their order. */
export function findCutKeys(text: string): [number, number][] {
  const found: [number, number][] = [];
  for (const { index, 0: end } of text.matchAll(endOfCutKey)) {
    const floor = found.at(-1)?.[1] ?? 0;
    let start = index;
    for (;;) {
      const line = lineOfKey.exec(text.slice(Math.max(floor, start - windowLength), start));
      // Shorter than this it is a word, unless it is the last line before the end.
      if (line === null || (line[0].length < 40 && start !== index)) break;
      start -= line[0].length;
    }
    found.push([start, index + end.length]);
  }
  return found;
}
