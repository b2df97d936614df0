/** The Node of the dependencies, which everything but the first scripts runs on, whatever Node the host has. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { readVariable } from './environment.mjs';

/** Oldest Node of the host that the first scripts work on. */
export const HOST_NODE_MAJOR_MIN = 20;

/**
 * @param {string} root the clone
 * @returns {string} path of the program; may not exist before dependencies are installed
 */
export function bundledNodePath(root) {
  return join(root, 'node_modules', 'node', 'bin', 'node');
}

/**
 * @param {string} root the clone
 * @returns {boolean}
 */
export function hasBundledNode(root) {
  return existsSync(bundledNodePath(root));
}

/**
 * @param {string} root the clone
 * @returns {string} a PATH on which `node` is the one of the dependencies, and their command-line tools are found
 */
export function pathWithBundledNode(root) {
  const own = [dirname(bundledNodePath(root)), join(root, 'node_modules', '.bin')];
  return [...own, readVariable('PATH') ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter);
}

/**
 * @param {string} [version] of the running Node, such as 'v20.20.2'
 * @returns {string | undefined} a sentence when this Node is too old
 */
export function describeOldNode(version = process.version) {
  const major = Number(version.replace(/^v/, '').split('.')[0]);
  if (major >= HOST_NODE_MAJOR_MIN) return undefined;
  return `This is Node ${version}, and the first scripts need Node ${String(HOST_NODE_MAJOR_MIN)} or newer, so nothing was started: install a newer Node (https://nodejs.org) and start again.`;
}
