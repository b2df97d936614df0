import { findFindings } from './find-findings.ts';
import type { Finding } from './finding.ts';
import { cleanPath, toNumber } from './places.ts';

/** A finding that is a compiler's or a linter's word about a place. */
export interface PlacedMessage {
  /** As printed; null for what is about no file. */
  file: string | null;
  line: number | null;
  column: number | null;
  code: string | null;
  message: string;
  severity: 'error' | 'warning';
}

/** Forms of which each stands for exactly one message, and that no test prints by the way. */
const diagnosticRules: ReadonlySet<string> = new Set([
  ...[
    'typescript',
    'typescript-pretty',
    'typescript-settings',
    'typescript-module-missing',
    'typescript-types-missing',
  ],
  ...[
    'eslint-entry',
    'stylelint-entry',
    'stylelint-unix',
    'compact',
    'biome',
    'ruff',
    'ruff-block',
    'ruff-unformatted',
  ],
  ...['gnu', 'msvc', 'msbuild', 'go', 'go-module-missing', 'rust', 'rust-heading', 'maven-compile', 'kotlin', 'ghc'],
  ...['pyright', 'rubocop', 'hadolint', 'checkstyle', 'stylish-entry', 'svelte-check', 'csharp-namespace-missing'],
  ...['header-missing', 'crate-unresolved', 'java-package-missing', 'dart', 'dart-analyzer', 'nim', 'named-rule'],
]);

const messagesMax = 5_000;
const workMax = 60_000_000;

/** What compilers and linters said, at most 5,000 messages, in the order of the lines; one for each line. */
export function readPlacedMessages(lines: readonly string[]): PlacedMessage[] {
  const findings = findFindings(lines, {
    accepts: ({ name }) => diagnosticRules.has(name),
    findingsMax: 2 * messagesMax,
    workMax,
  });
  const heaviest = new Map<number, Finding>();
  for (const finding of findings) {
    const known = heaviest.get(finding.at);
    if (known === undefined || finding.weight > known.weight) heaviest.set(finding.at, finding);
  }
  return [...heaviest.values()].slice(0, messagesMax).map((finding) => toMessage(finding, lines));
}

function toMessage({ groups, at }: Finding, lines: readonly string[]): PlacedMessage {
  const { file, code, message } = groups;
  return {
    file: file === undefined ? null : cleanPath(file),
    line: toNumber(groups['line']),
    column: toNumber(groups['column']),
    code: code ?? null,
    message: (message ?? lines[at] ?? '').trim(),
    severity: groups['severity']?.toLowerCase() === 'warning' ? 'warning' : 'error',
  };
}
