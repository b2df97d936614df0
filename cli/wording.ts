/** Numbers and tables as people read them. */
import { plain } from './terminal.ts';

/** Micro-dollars as dollars with four decimals, and up to six where the sum has them: nothing is rounded away. */
export function dollars(costUsdMicros: number): string {
  const whole = Math.floor(costUsdMicros / 1_000_000);
  const fraction = String(costUsdMicros % 1_000_000).padStart(6, '0');
  return `$${whole}.${fraction.slice(0, 4)}${fraction.slice(4).replace(/0+$/, '')}`;
}

/** Milliseconds as `840 ms`, `12.3 s`, `4 min 05 s` or `2 h 10 min`. */
export function duration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${twoDigits(Math.floor((seconds % 3_600) / 60))} min`;
}

/** The time of day of an ISO time, in the zone of this machine. */
export function clock(time: string): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** An ISO time as date and minute, in the zone of this machine. */
export function moment(time: string): string {
  const date = new Date(time);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  return `${day} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** `3 files, +40 -2`. */
export function changes({ files, added, removed }: { files: number; added: number; removed: number }): string {
  return `${files} ${files === 1 ? 'file' : 'files'}, +${added} -${removed}`;
}

/** A probability as `65 %`. */
export function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}

const waits: Record<string, string> = {
  escalation: 'an answer',
  paused: 'the end of a pause',
  dependency: 'orders that it depends on',
  slot: 'a free place',
  upstream: 'a change elsewhere',
  person: 'the person who took it over',
  provider: 'a model provider that answers',
  budget: 'money: the limit of the day or month is reached',
};

/** What an order waits for; a newer server may know more reasons. */
export function waitWords(reason: string): string {
  return waits[reason] ?? reason;
}

/** Lines with columns as wide as their widest cell; the last column is as long as it likes. */
export function table(rows: string[][]): string[] {
  const clean = rows.map((row) => row.map((cell) => plain(cell).replaceAll('\n', ' ')));
  const widths = (clean[0] ?? []).map((_, column) => Math.max(...clean.map((row) => row[column]?.length ?? 0)));
  return clean.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
