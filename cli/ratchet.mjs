#!/usr/bin/env node
/**
 * The command `ratchet`. Runs the real command line (cli/main.ts) on the Node of the dependencies, whatever Node the host
 * has; commands that must work before anything is installed are answered here.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInForeground } from '../tools/foreground-program.mjs';
import { bundledNodePath, describeOldNode, hasBundledNode } from '../tools/node-runtime.mjs';
import { readRun } from '../tools/run-lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startScript = join(root, 'scripts', 'start.mjs');

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
async function main(args) {
  const oldNode = describeOldNode();
  if (oldNode !== undefined) return refuse(oldNode);
  const [command, ...rest] = args;
  const asksForHelp = rest.some((argument) => argument === '--help' || argument === '-h');
  if (!asksForHelp && command === 'doctor') return await runDoctor(rest);
  if (!asksForHelp && command === 'up')
    return await runInForeground(process.execPath, [startScript, '--no-job', ...rest]);
  // With a running stack the job is a client of it; without one it brings its own and takes it down again. That one runs
  // the first bundled order alone: whoever asks for anything else gets the answer of the command itself.
  if (command === 'demo' && rest.length === 0 && readRun(root) === undefined) {
    return await runInForeground(process.execPath, [startScript, '--once']);
  }
  const entry = join(root, 'cli', 'main.ts');
  if (!hasBundledNode(root) || !existsSync(entry)) {
    return refuse(
      'The packages of this clone are not installed, so no command can run: run npm start once, or npm ci.',
    );
  }
  return isFilter(args) ? await runClassify() : await runInForeground(bundledNodePath(root), [entry, ...args]);
}

/** @param {readonly string[]} args */
function isFilter(args) {
  return args.join(' ') === 'classify --jsonl';
}

/**
 * Needs neither the API nor the other commands, so it does not wait for their code; Node keeps what it made of this
 * command's own code from one call to the next.
 */
async function runClassify() {
  if (realpathSync(process.execPath) !== realpathSync(bundledNodePath(root))) {
    return await runInForeground(bundledNodePath(root), [fileURLToPath(import.meta.url), 'classify', '--jsonl']);
  }
  // Node 20, which may run the lines above, has it not.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { classifyLines } = await import('./commands/classify.ts');
  return await classifyLines(process.stdin, (line) => void process.stdout.write(`${line}\n`));
}

/** @param {readonly string[]} args */
async function runDoctor(args) {
  const { collectDoctorRows, isHealthy } = await import('../tools/doctor.mjs');
  const { printDoctorRows } = await import('../tools/doctor-table.mjs');
  const rows = await collectDoctorRows(root);
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else printDoctorRows(rows);
  return isHealthy(rows) ? 0 : 1;
}

/** @param {string} sentence */
function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
