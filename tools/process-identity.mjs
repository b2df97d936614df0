/**
 * Tells a process from a later one that got the same number. A pid alone is no identity: after kill -9 and some hours
 * another program may have it, and a lock or a stop command must not take that one for ours.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} startTime opaque, equal for the same process only
 */

/**
 * @param {number} pid
 * @returns {string | undefined} letters and digits; undefined when no such process runs (a zombie counts as gone)
 */
export function readProcessStartTime(pid) {
  return process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

/** @returns {ProcessIdentity} */
export function ownIdentity() {
  const startTime = readProcessStartTime(process.pid);
  return { pid: process.pid, startTime: startTime ?? 'unknown' };
}

/**
 * @param {ProcessIdentity} identity
 * @returns {boolean}
 */
export function isRunning({ pid, startTime }) {
  return Number.isSafeInteger(pid) && pid > 0 && readProcessStartTime(pid) === startTime;
}

/**
 * @param {number} pid
 * @returns {number | undefined} undefined when no such process runs
 */
export function readParentPid(pid) {
  try {
    if (process.platform === 'linux') return Number(readStatFields(pid)[1]);
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    // No such process.
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {string | undefined} the program and its arguments, separated by spaces; undefined when no such process runs
 */
export function readCommandLine(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    // No such process.
    return undefined;
  }
}

/** @param {number} pid */
function startTimeFromProc(pid) {
  try {
    const fields = readStatFields(pid);
    const [state] = fields;
    const isGone = state === 'Z' || state === 'X';
    // Clock ticks since boot, so a boot between two runs could repeat one: the boot's id makes it unique.
    return isGone ? undefined : `${readBootId()}x${fields[19] ?? ''}`;
  } catch {
    // No such process, or it ended between the two looks.
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {string[]} the fields of /proc/PID/stat from the third one on: state, parent, ...
 */
function readStatFields(pid) {
  const line = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The second field is the program's name in brackets and may hold spaces; everything after its last bracket is plain.
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** @type {string | undefined} */
let bootId;

function readBootId() {
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  return bootId;
}

/** @param {number} pid */
function startTimeFromPs(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // Names of months and days follow the language; the same process must give the same text in every shell.
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+/, '').replace(/[^0-9A-Za-z]/g, '');
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}
