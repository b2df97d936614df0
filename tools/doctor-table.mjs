/** Prints what the doctor found as a table, without any dependency. */
import { readVariable } from './environment.mjs';

const COLUMNS = /** @type {const} */ (['part', 'state', 'found', 'from', 'needed']);
const COLOURS = { ok: '32', missing: '31', 'will be installed': '33', 'wrong version': '31' };

/**
 * @param {readonly import('./doctor.mjs').DoctorRow[]} rows
 * @param {NodeJS.WriteStream} [stream]
 */
export function printDoctorRows(rows, stream = process.stdout) {
  const header = { part: 'Part', state: 'State', found: 'Found', from: 'Where from', needed: 'Needed' };
  const widths = COLUMNS.map((column) => Math.max(...[header, ...rows].map((row) => row[column].length)));
  /**
   * @param {Record<typeof COLUMNS[number], string>} row
   * @returns {string[]}
   */
  function cells(row) {
    return COLUMNS.map((column, index) => row[column].padEnd(widths[index] ?? 0));
  }
  const hasColour = stream.isTTY && readVariable('TERM') !== 'dumb' && readVariable('NO_COLOR') === undefined;
  stream.write(`${cells(header).join('  ').trimEnd()}\n`);
  for (const row of rows) {
    const [part = '', state = '', ...others] = cells(row);
    const shown = hasColour ? `\x1b[${COLOURS[row.state]}m${state}\x1b[0m` : state;
    stream.write(`${[part, shown, ...others].join('  ').trimEnd()}\n`);
  }
  const fixes = rows.filter((row) => row.fix !== '');
  if (fixes.length > 0) stream.write('\n');
  for (const { part, fix } of fixes) stream.write(`${part}: ${fix}\n`);
}
