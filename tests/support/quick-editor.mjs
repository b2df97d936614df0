#!/usr/bin/env node
/**
 * Stands in for Aider where editing is not the subject of a test: it is started, asks and edits as `activities/aider`
 * starts Aider and expects it to, but needs a twentieth of a second of processor time instead of six. A command line that it
 * does not know is an error, as it is for Aider. It stands alone, since the sandbox shows it no file beside itself.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, isAbsolute, normalize } from 'node:path';
import { parseArgs } from 'node:util';

/** As often as Aider lets the model correct an answer that does not fit. */
const CORRECTIONS_MAX = 3;

const FLAGS = [
  ...['yes-always', 'no-stream', 'no-pretty', 'no-auto-commits', 'no-dirty-commits', 'no-gitignore', 'no-auto-lint'],
  ...['no-auto-test', 'no-suggest-shell-commands', 'no-detect-urls', 'disable-playwright', 'no-check-update'],
  ...['no-show-release-notes', 'no-show-model-warnings', 'no-fancy-input', 'no-analytics', 'analytics-disable'],
];
const VALUES = [
  ...['message-file', 'analytics-log', 'chat-history-file', 'input-history-file', 'config', 'env-file', 'aiderignore'],
  ...['model-settings-file', 'model-metadata-file', 'openai-api-base', 'timeout', 'map-tokens', 'edit-format', 'model'],
  'weak-model',
];

/** @typedef {{ role: 'system' | 'user' | 'assistant', content: string }} Message */
/** @typedef {{ text: string, promptTokens: number, completionTokens: number }} Answer */
/** @typedef {{ path: string, search: string, replace: string }} Block */

/**
 * Reads the command line.
 *
 * @returns {{ setting: (name: string) => string, files: string[] }} `setting` throws where the value is missing
 */
function readCommandLine() {
  const flags = FLAGS.map((name) => [name, { type: /** @type {const} */ ('boolean') }]);
  const values = VALUES.map((name) => [name, { type: /** @type {const} */ ('string') }]);
  const read = parseArgs({ options: Object.fromEntries([...flags, ...values]), allowPositionals: true });
  const given = new Map(Object.entries(read.values));
  return {
    setting(name) {
      const value = given.get(name);
      if (typeof value !== 'string' || value === '') throw new Error(`--${name} has no value.`);
      return value;
    },
    files: read.positionals,
  };
}

/** @param {string[]} files @param {string} order @returns {Message[]} */
function firstQuestion(files, order) {
  const shown = files.filter((path) => existsSync(path)).map((path) => `${path}\n${readFileSync(path, 'utf8')}`);
  return [
    { role: 'system', content: 'You change files and answer with SEARCH/REPLACE blocks.' },
    { role: 'user', content: ['These are the files:', ...shown].join('\n\n') },
    { role: 'assistant', content: 'Ok.' },
    { role: 'user', content: order },
  ];
}

/**
 * @param {(name: string) => string} setting
 * @param {Message[]} messages
 * @returns {Promise<Answer>}
 */
async function ask(setting, messages) {
  // oxlint-disable-next-line house/no-process-env -- what reads the environment elsewhere is not there in the sandbox
  const { OPENAI_API_KEY: token = '' } = process.env;
  const body = JSON.stringify({ model: setting('model').replace(/^openai\//, ''), messages });
  const sent = request(`${setting('openai-api-base')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    timeout: Number(setting('timeout')) * 1_000,
  });
  sent.on('timeout', () => sent.destroy(new Error('The model did not answer in time.')));
  /** @type {import('node:http').IncomingMessage} */
  const response = await new Promise((resolve, reject) => {
    sent.on('response', resolve).on('error', reject).end(body);
  });
  const text = Buffer.concat(await response.toArray()).toString('utf8');
  if (response.statusCode !== 200) throw new Error(`The model answered ${String(response.statusCode)}: ${text}`);
  /** @type {{ choices: { message: { content: string } }[], usage: { prompt_tokens: number, completion_tokens: number } }} */
  const { choices, usage } = JSON.parse(text);
  const [{ message } = { message: { content: '' } }] = choices;
  return { text: message.content, promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens };
}

/** @param {string} answer @returns {Block[]} */
function readBlocks(answer) {
  const pattern = /^([^\n`]+)\n```\w*\n<<<<<<< SEARCH\n([^]*?)^=======\n([^]*?)^>>>>>>> REPLACE$/gm;
  return Array.from(answer.matchAll(pattern), ([, path = '', search = '', replace = '']) => ({
    path,
    search,
    replace,
  }));
}

/** @param {Block} block @returns {boolean} false when its lines are not in the file */
function applyBlock({ path, search, replace }) {
  if (isAbsolute(path) || normalize(path).startsWith('..')) throw new Error(`${path} lies outside of the tree.`);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // Without lines to look for, the new ones go to the end; of a new file, too.
  const at = search === '' ? before.length : `\n${before}`.indexOf(`\n${search}`);
  if (at < 0) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, before.slice(0, at) + replace + before.slice(at + search.length));
  process.stdout.write(`Applied edit to ${path}\n`);
  return true;
}

/**
 * Becomes Aider, with the same command line and environment, for an order that the lines at the head of a copy of this
 * file name.
 *
 * @param {string} order
 */
function handOver(order) {
  const [head = ''] = readFileSync(import.meta.filename, 'utf8').split('*/', 1);
  const aider = /^exec "(.+)"$/m.exec(head)?.[1];
  const edits = Array.from(head.matchAll(/^for "(.+?)"(?: (if|unless) "(.+)")?$/gm));
  const isForAider = edits.some(([, title = '', condition, words = '']) => {
    const isMet = condition === undefined || order.includes(words) === (condition === 'if');
    return isMet && order.includes(`Change: ${title}\n`);
  });
  if (aider === undefined || !isForAider) return;
  if (process.execve === undefined) throw new Error('This system has no way to become another program.');
  process.execve(aider, [aider, ...process.argv.slice(2)]);
}

async function main() {
  const { setting, files } = readCommandLine();
  const order = readFileSync(setting('message-file'), 'utf8');
  handOver(order);
  if (setting('edit-format') !== 'diff') throw new Error('Only answers in the format diff are understood here.');
  const messages = firstQuestion(files, order);
  for (let corrections = 0; corrections <= CORRECTIONS_MAX; corrections += 1) {
    const { text, promptTokens, completionTokens } = await ask(setting, messages);
    const properties = { prompt_tokens: promptTokens, completion_tokens: completionTokens };
    appendFileSync(setting('analytics-log'), `${JSON.stringify({ event: 'message_send', properties })}\n`);
    process.stdout.write(`${text}\n`);
    const failed = readBlocks(text).filter((block) => !applyBlock(block));
    if (failed.length === 0) return;
    const complaint = `# ${String(failed.length)} SEARCH/REPLACE blocks failed to match!`;
    messages.push({ role: 'assistant', content: text }, { role: 'user', content: complaint });
  }
}

await main();
