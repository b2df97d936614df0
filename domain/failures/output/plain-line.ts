/** Longer lines are cut: what is said of a failure stands at their start. */
export const lineLengthMax = 2_000;

const escape = String.fromCharCode(27);
const ansi = new RegExp(
  `${escape}\\[[0-9;:?]{0,40}[A-Za-z]|${escape}\\]8;[^${escape}\\u0007]{0,500}(?:${escape}\\\\|\\u0007)|${escape}[()][A-Z0-9]`,
  'g',
);
/** Back to the start of the line, as a spinner goes before each of its turns. */
const toStart = new RegExp(`${escape}\\[[01]?G`, 'g');
/** Control characters but tab, line feed and carriage return, and marks without a width. */
const controls = /[^\P{Cc}\t\n\r]|[\u200b\ufeff]/gu;

/** What times and systems put before each line: GitHub's and Docker's times, the step of a build, a job's time in GitLab. */
const stampPrefix =
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? (?:\d{2}[EO]\+? ?)?|#\d{1,3} \d{1,6}\.\d{1,3} |\d\d:\d\d:\d\d {2}(?=\S)|\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?\] |\[\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] |(?:(?:INFO|WARN|ERROR|DEBUG) \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{2,3}\]|\[\d\d:\d\d:\d\d\]): (?:▸ )?)/;

/**
 * A line as a person saw it: without colours, links and control characters, of what a progress bar wrote over itself
 * only the last state, without the time that a runner puts before it.
 */
export function toPlainLine(raw: string): string {
  let line = raw.length > 4 * lineLengthMax ? lastState(raw).slice(0, 4 * lineLengthMax) : raw;
  if (line.includes(escape)) line = line.replaceAll(toStart, '\r').replaceAll(ansi, '');
  line = lastState(line).slice(0, lineLengthMax).replaceAll(controls, '').trimEnd();
  return line.replace(stampPrefix, '');
}

function lastState(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const from = line.lastIndexOf('\r', end - 1);
  return from === -1 || end === 0 ? line.slice(0, end) : line.slice(from + 1, end);
}
