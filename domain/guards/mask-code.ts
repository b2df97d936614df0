/** A file's lines twice: with nothing but code, and with nothing but comments. The rest is blanks; strings keep their quotes. */
export interface MaskedCode {
  code: string[];
  comments: string[];
}

export type Language = 'javascript' | 'python' | 'go' | 'rust' | 'c';

const extensions: Record<Language, readonly string[]> = {
  javascript: ['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts', 'vue', 'svelte'],
  python: ['py', 'pyi', 'rb', 'sh', 'bash'],
  go: ['go'],
  rust: ['rs'],
  c: ['java', 'kt', 'kts', 'cs', 'c', 'h', 'cc', 'cpp', 'hpp', 'swift', 'scala', 'dart', 'php', 'groovy'],
};

const languages = new Map(
  Object.entries(extensions).flatMap(([language, names]) => names.map((name) => [name, language as Language] as const)),
);

/** How a file is read: by its extension, those of similar languages together. Null when it is no code. */
export function languageOf(path: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return languages.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? null;
}

type Kind = 'code' | 'comment' | 'string';

interface Span {
  kind: Kind;
  text: string;
}

// In each, what a token may begin with tells the alternatives apart, so that no character is tried for long.
const slashComment = String.raw`\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
const lineStrings = String.raw`"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?`;
const tokens: Record<Exclude<Language, 'javascript'>, RegExp> = {
  python: new RegExp(
    `(?<comment>#[^\\n]*)|(?<string>"""(?:[^"\\\\]|\\\\[\\s\\S]|"(?!""))*(?:""")?|'''(?:[^'\\\\]|\\\\[\\s\\S]|'(?!''))*(?:''')?|${lineStrings})|[^#"']`,
    'g',
  ),
  go: new RegExp(`(?<comment>${slashComment})|(?<string>\`[^\`]*\`?|${lineStrings})|[\\s\\S]`, 'g'),
  // A quote that closes behind one character is a character; every other one begins the name of a lifetime.
  rust: new RegExp(
    `(?<comment>${slashComment})|(?<string>\\br(#{0,9})"[\\s\\S]*?"\\3|"(?:[^"\\\\]|\\\\[\\s\\S])*"?|'(?:[^'\\\\\\n]|\\\\[^\\n]{1,10}?)')|[\\s\\S]`,
    'g',
  ),
  c: new RegExp(`(?<comment>${slashComment})|(?<string>${lineStrings})|[\\s\\S]`, 'g'),
};

/** Tells code, comments and strings of a text apart. In proportion to the text; never throws. */
export function maskCode(text: string, language: Language): MaskedCode {
  const spans = language === 'javascript' ? readJavaScript(text) : readTokens(text, tokens[language]);
  return { code: render(spans, 'code'), comments: render(spans, 'comment') };
}

function readTokens(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), ({ 0: token, groups }): Span => {
    if (groups?.['comment'] !== undefined) return { kind: 'comment', text: token };
    return { kind: groups?.['string'] === undefined ? 'code' : 'string', text: token };
  });
}

function render(spans: readonly Span[], shown: Kind): string[] {
  return spans
    .map(({ kind, text }) => {
      if (kind === shown) return text;
      const blank = text.replaceAll(/[^\n]/g, ' ');
      const isQuoted = kind === 'string' && shown === 'code' && text.length > 1;
      return isQuoted ? `${text[0] ?? ''}${blank.slice(1, -1)}${text.at(-1) ?? ''}` : blank;
    })
    .join('')
    .split('\n');
}

const scriptToken = new RegExp(
  `(?<comment>${slashComment})|(?<string>${lineStrings})|(?<word>[\\w$]+)|(?<blank>\\s+)|[\\s\\S]`,
  'y',
);
const regularExpression = /\/(?![*/])(?:[^\\/[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n]){0,300}\]){1,1000}\/[a-z]{0,8}/y;
const templatePart = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y;
const wordsBeforeExpression = new Set(
  'return typeof case in of delete void throw new else do await yield instanceof default'.split(' '),
);

/** A template may hold code that holds a template, and whether a slash divides depends on what stands before it. */
class ScriptReader {
  readonly spans: Span[] = [];
  /** For each open template the number of braces that are open in its code. */
  private readonly openBraces: number[] = [];
  private isAfterValue = false;
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): Span[] {
    while (this.at < this.text.length) this.readNext();
    return this.spans;
  }

  private readNext(): void {
    const character = this.text[this.at];
    if (character === '`') this.readTemplate(1);
    else if (character === '}' && this.openBraces.at(-1) === 0) {
      this.openBraces.pop();
      this.take('code', '}');
      this.readTemplate(0);
    } else if (character !== '/' || this.isAfterValue || !this.readRegularExpression()) this.readToken();
  }

  private readTemplate(quoteLength: number): void {
    templatePart.lastIndex = this.at + quoteLength;
    const part = templatePart.exec(this.text)?.[0] ?? '';
    this.take('string', this.text.slice(this.at, this.at + quoteLength) + part);
    if (part.endsWith('${')) this.openBraces.push(0);
    this.isAfterValue = !part.endsWith('${');
  }

  private readRegularExpression(): boolean {
    regularExpression.lastIndex = this.at;
    const found = regularExpression.exec(this.text);
    if (found === null) return false;
    this.take('string', found[0]);
    this.isAfterValue = true;
    return true;
  }

  private readToken(): void {
    scriptToken.lastIndex = this.at;
    const found = scriptToken.exec(this.text);
    const token = found?.[0] ?? this.text.slice(this.at);
    const { comment, string, word, blank } = found?.groups ?? {};
    this.take(comment === undefined ? (string === undefined ? 'code' : 'string') : 'comment', token);
    this.countBraces(token);
    if (comment !== undefined || blank !== undefined) return;
    this.isAfterValue =
      word === undefined ? string !== undefined || /^[)\]]$/.test(token) : !wordsBeforeExpression.has(word);
  }

  private countBraces(token: string): void {
    const open = this.openBraces.length - 1;
    const change = token === '{' ? 1 : token === '}' ? -1 : 0;
    if (open >= 0) this.openBraces[open] = (this.openBraces[open] ?? 0) + change;
  }

  private take(kind: Kind, text: string): void {
    this.spans.push({ kind, text });
    this.at += text.length;
  }
}

function readJavaScript(text: string): Span[] {
  return new ScriptReader(text).read();
}
