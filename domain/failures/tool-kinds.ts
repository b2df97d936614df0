import type { FailureClass } from './failure-class.ts';
import { toolNames } from './tool-names.ts';

const kindOf = new Map(
  toolNames.flatMap(([failureClass, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, failureClass] as const),
  ),
);

// For names that nobody has listed.
const speakingNames: readonly (readonly [FailureClass, RegExp])[] = [
  ['contract_violation', /breaking|semver|contract|compat|api-?diff|abi/],
  ['lint_error', /lint|fmt|format|style|audit|(?:^|go|-)vet$|spell|sniff|prettier/],
  ['test_fail', /test|spec(?!-valid)|unit$|(?<!type-)coverage|e2e/],
  ['compile_error', /compil|build|type-?check|check$|cc$|tsc/],
];

/** The class of what a tool usually complains of; null where its name says nothing. */
export function kindOfTool(tool: string | null): FailureClass | null {
  if (tool === null) return null;
  const name = tool
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_:]+/g, '-');
  const known = kindOf.get(name) ?? kindOf.get(name.replace(/-cli\d?$|^@[\w-]+\//, ''));
  return known ?? speakingNames.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

const interpreters: ReadonlySet<string> = new Set([
  'zsh',
  'fish',
  'lua5.4',
  'luajit',
  'r',
  'rscript',
  'shell-commands',
  'tsx',
  'ts-node',
  'node',
  'python',
  'python3',
  'php',
  'ruby',
  'perl',
  'bash',
  'sh',
  'deno',
  'bun',
  'java',
  'lua',
  'julia',
]);
const launchers =
  /^(?:npx|npm|pnpm|yarn|bunx?|exec|run|dlx|sudo|env|nice|time|timeout|poetry|uv|uvx|pipenv|bundle|python3?|node|-\S*|\d+\S*|\w+=\S*|cross-env|dotenv|mix|dotnet|cargo|go|php|vendor\/bin\/\S+|\.\/\S+|\$)$/;

/** Whether a tool runs programs: what it complains of first is their text, and then anything. */
export function isInterpreter(tool: string | null): boolean {
  return tool !== null && interpreters.has(tool.trim().toLowerCase());
}

/**
 * The tool of a command as package managers and shells repeat it before they run it: `> eslint .`, `$ tsc`, `+ cargo test`.
 */
export function toolOfCommand(line: string): string | null {
  const command = /^(?:> |\$ |\+ |❯ |➜ |\[command\])(?<command>[\w@./=-].{0,300})$/.exec(line)?.groups?.['command'];
  // npm repeats the name and version of the package before the command.
  if (command === undefined || /^\S+@\S+ \w+/.test(command)) return null;
  const last = command.split(/\s(?:&&|;|\|\|)\s/).at(-1) ?? command;
  return toolOfWords(last.split(/\s+/).slice(0, 8));
}

function toolOfWords(words: readonly string[]): string | null {
  for (const [at, word] of words.entries()) {
    const name = word.split('/').at(-1) ?? word;
    const joined = `${name}-${words[at + 1] ?? ''}`;
    if (kindOf.has(joined)) return joined;
    const isTool = kindOf.has(name) && !interpreters.has(name);
    if (isTool || !launchers.test(word)) return name;
  }
  return null;
}
