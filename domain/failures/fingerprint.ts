import type { Failure } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { hashText, steadyLine } from './steady-text.ts';

const tailLines = 30;
const warning = /^\s{0,20}(?:\w{1,20} )?warn(?:ing)?\b/i;

/**
 * A hash of a failure's cause: its class, and of every deciding finding the code, the words, the test, the package and the
 * file. Not part of it: where the project lies, lines and columns, times, hashes, ports, addresses, the order of findings.
 *
 * @returns 16 hexadecimal digits
 */
export function fingerprintFindings(failure: Failure, findings: readonly Finding[], lines: readonly string[]): string {
  const { failureClass, subReason, context } = failure;
  const keys = findings.map((finding) => keyOf(finding, lines[finding.at] ?? ''));
  const told = keys.length > 0 ? keys : lastWords(lines);
  return hashText([failureClass, subReason ?? '', context.package ?? '', ...[...new Set(told)].sort()].join('\n'));
}

/** The end of an output in which nothing is known: without its warnings, which come and go, unless it has nothing else. */
function lastWords(lines: readonly string[]): string[] {
  const words = lines.filter((line) => line.trim() !== '');
  const grave = words.filter((line) => !warning.test(line));
  return (grave.length > 0 ? grave : words).slice(-tailLines).map(withoutFolders);
}

function keyOf({ groups, rule }: Finding, line: string): string {
  const { file, code, message, test } = groups;
  const words = withoutFolders(message ?? (test === undefined ? line : ''));
  const parts = [
    groups['package'] ?? '',
    code ?? '',
    test === undefined ? '' : withoutFolders(test),
    file === undefined ? '' : steadyPath(file),
    words,
  ];
  return parts.every((part) => part === '') ? rule : parts.join(' | ');
}

const sourceFolder =
  /(?:^|\/)((?:src|lib|app|apps|test|tests|spec|specs|t|packages|cmd|internal|pkg|crates|include|source|Sources|Tests|e2e|features|scripts|config)\/.{1,300})$/;

/** A path from the project's folder on, as far as that can be told: an absolute path may lie anywhere. */
function steadyPath(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!/^(?:\/|[A-Za-z]:\/)/.test(path)) return path;
  return sourceFolder.exec(path)?.[1] ?? path.split('/').at(-1) ?? path;
}

const absolutePath = /(?:file:\/\/)?(?<![\w.])(?:[A-Za-z]:)?(?:[\\/][\w@.+~-]{1,120}){2,40}/g;

function withoutFolders(text: string): string {
  return steadyLine(text.replaceAll(absolutePath, (path) => steadyPath(path.replace(/^file:\/\//, ''))));
}
