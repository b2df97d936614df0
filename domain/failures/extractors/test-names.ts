import { lookDown, type View } from '../line-rule.ts';
import { isNoTest } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';

/** What runners put behind a name: a time, a place, a number, a drawing, the error; each with what stays of it. */
const tails: readonly (readonly [RegExp, string])[] = [
  [/\s{1,80}[-=*#_─━—]{2,300}$/, ''],
  [/ <<< .{1,80}$| --? {1,2}Time elapsed: .{1,80}$| {1,8}Time elapsed: .{1,80}$/, ''],
  [/\t.{0,300}$| {2,80}\d{1,3}%$| ?\.{3,80}$/, ''],
  [/ {1,80}[([]?\d[\d.,]{0,10} ?(?:ms|s|secs?|seconds?|µs|m)[)\]]?(?: .{0,300})?$/, ''],
  [/ {1,4}\(\d{1,6} of \d{1,6}\)$| \((?:gas|exit|took|see|attempt|retry)\b.{0,200}$/i, ''],
  [/ {1,4}[([]?#? ?[^\s()[\]]{1,200}\.\w{1,8}:\d{1,7}(?::\d{1,7})?[)\]]?$/, ''],
  [/(?<=\)): [A-Z]\w{0,60}(?:Error|Exception|Failure)\b.{0,300}$/, ''],
  [/ (?:[—–-]|->|=>) (?:expected|got|assert|should|[A-Z]\w{0,40}(?:Error|Exception)).{0,300}$/i, ''],
  [/ \([A-Z]\) .{0,200}$|: (?:CRASH|TIMEOUT|ERROR|SIG[A-Z]{3,4})!?$/, ''],
  [/(?<=\w)\/\d{1,2}(?:: module .{1,100})?$/, ''],
  [/^(?<whole>test .{1,280}) \([\w.]{1,200}\)$/, '$<whole>'],
  [/^["'\x60](?<whole>[^"'\x60]{1,280})["'\x60]$/, '$<whole>'],
  [/: (?:Error|[Ee]xpected|got|[Aa]ssert\w{0,10})\b.{0,300}$/, ''],
  [/(?<=\w):$/, ''],
];
const heads =
  /^(?:TEST in \w{2,20} - |[A-Z]\w{2,20}(?: \w{2,20})? \d[\d.]{1,20} \([\w .]{1,40}\):? |(?:[Tt]est(?: ?[Cc]ase)?|TEST|[Ss]cenario(?: Outline)?|[Ss]pec|[Ee]xample|Failed|Failure|Error|FAILED) ?: {1,4}|run (?=")|test (?=\S{1,300}$)|[Tt]est (?=["'])|\. (?=\w)|\d{1,4}:(?=[A-Za-z])|[✗✘✖×⨯] |-\[(?=[^\]]{1,200}\]?$))/;

/** A file or a package that stands before the name. */
const whose = /^[\w@./-]{1,200}\.\w{1,8}(?::\d{1,7}){0,2}(?: [>›»] |::)(?=\S)|^[\w./-]{1,200} (?=Test[A-Z]\w{0,100}$)/;
const kinds = /^(?:tests?|scenarios|specs|examples|steps|cases|features|assertions|suites|files)$/i;

/** The name of a test without what its runner put around it; null where the words are no name. */
export function cleanTestName(text: string): string | null {
  let name = text.trim().slice(0, 300).replace(heads, '').replace(whose, '');
  for (const [tail, stays] of tails) name = name.replace(tail, stays).trim();
  name = name.replace(whose, '');
  return name.length < 2 || kinds.test(name) || isNoTest(name) ? null : name;
}

/** A name that says of itself that it is a test's. */
export function isNamedTest(name: string): boolean {
  return /^test|[Tt]ests?(?:[.:#(/]|\b)|_test|Test[A-Z_]|[Ss]pec\b|::| [>›»] |^\w{1,80} ?\([\w.:]{1,200}\)$|#\w/.test(
    name,
  );
}

const causeWords =
  /\b(?:[Aa]ssert\w{0,20}|[Ee]xpect(?:ed|ation)?|should|[Aa]ctual|[Rr]eceived|[Gg]ot|but was|not equal|mismatch|Traceback|panicked|raised|thrown|timed out|exceeded|[Ss]tack ?[Tt]race|has failed|Error in|comparing)\b|\b[A-Z]\w{0,40}(?:Error|Exception|Failure)\b|^\s{1,12}at |\s[!=]==? |≠|\*\* \(/;

/** Whether a line says why a test failed, or where. */
export function isCause(line: string): boolean {
  return causeWords.test(line.slice(0, 400)) || projectPlace(line) !== null;
}

/** Whether one of the next lines says why, before the next entry. */
export function hasCauseBelow(view: View, reach: number, isNext: (line: string) => boolean = () => false): boolean {
  return lookDown(view, reach, (line) => (isNext(line) ? false : isCause(line) ? true : null)) === true;
}
