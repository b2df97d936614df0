import { weighFindings } from '../../domain/failures/choose-finding.ts';
import { findFindings, keepingCues } from '../../domain/failures/find-findings.ts';
import type { LineRule } from '../../domain/failures/line-rule.ts';
import { findQuietLines } from '../../domain/failures/output/quiet-lines.ts';
import { readLines } from '../../domain/failures/output/read-lines.ts';
import type { RecordedCase } from './recorded-cases.ts';

/**
 * Tells the rules that a tool has for itself from those that it shares: named after it, or of use for no other tool. What
 * is judged without them is judged like a tool that nobody wrote rules for.
 *
 * @returns for a case, which rules it may be judged with
 */
export function withoutOwnRules(cases: readonly RecordedCase[]): (one: RecordedCase) => (rule: LineRule) => boolean {
  const users = usersOf(cases);
  return ({ folder, tool }) =>
    (rule) => {
      const isNamed = [folder, tool ?? folder].some((name) => isNamedAfter(rule, name));
      const others = [...(users.get(rule.name) ?? [])].filter((user) => user !== folder);
      return !isNamed && others.length > 0;
    };
}

function isNamedAfter({ name, tool }: LineRule, folder: string): boolean {
  const ofRule = (tool ?? '').replaceAll(' ', '-');
  const isOfFamily = ofRule !== '' && (folder === ofRule || folder.startsWith(`${ofRule}-`));
  return isOfFamily || name === folder || name.startsWith(`${folder}-`);
}

/** For every rule the tools for which it says the right class in one output at least. */
function usersOf(cases: readonly RecordedCase[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const one of cases) {
    const lines = readLines(one.output, keepingCues);
    const step = { stage: one.stage, exitCode: one.exitCode, timedOut: false, output: one.output };
    const facts = { step, lines, quiet: findQuietLines(lines), tool: one.tool ?? null };
    for (const { rule, failureClass } of weighFindings(findFindings(lines), facts)) {
      if (failureClass !== one.expected.class) continue;
      users.set(rule, (users.get(rule) ?? new Set()).add(one.folder));
    }
  }
  return users;
}
