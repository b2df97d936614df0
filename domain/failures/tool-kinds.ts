import type { FailureClass } from './failure-class.ts';
import type { Stage } from './step-output.ts';
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
  ['test_fail', /test|(?:^|-)specs?(?!-valid)|spec$|unit$|(?<!type-)coverage|e2e/],
  ['compile_error', /compil|build|type-?check|(?:^|-)\w{0,4}cc$|(?:^|-)tsc/],
];

/** The class of what a tool usually complains of; null where its name says nothing. */
export function kindOfTool(tool: string | null): FailureClass | null {
  if (tool === null) return null;
  const name = plainName(tool);
  return knownKind(name) ?? speakingNames.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

/** The same in a step: what nobody has listed and runs with the linters is none of the runners, whatever its name has in it. */
export function kindInStep(tool: string | null, stage: Stage): FailureClass | null {
  const kind = kindOfTool(tool);
  const isGuess = kind === 'test_fail' && stage === 'lint' && knownKind(plainName(tool ?? '')) === null;
  return isGuess ? null : kind;
}

function plainName(tool: string): string {
  return tool
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_:]+/g, '-');
}

function knownKind(name: string): FailureClass | null {
  return kindOf.get(name) ?? kindOf.get(name.replace(/-cli\d?$|^@[\w-]+\//, '')) ?? null;
}

/** Whether a name is that of a tool that was listed; names that only sound like one are not. */
export function isKnownTool(name: string): boolean {
  return kindOf.has(name.toLowerCase());
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
/** Whether a tool runs programs: what it complains of first is their text, and then anything. */
export function isInterpreter(tool: string | null): boolean {
  return tool !== null && interpreters.has(tool.trim().toLowerCase());
}
