/** Loopback ports for one run. Two runs of one user never get the same one. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { tryLock } from './process-lock.mjs';

/** Random ports to look at before giving up; a machine on which this is not enough has no free port. */
const RANDOM_ATTEMPTS = 50;

/**
 * Below the ports that a system gives to outgoing connections (from 32768 on Linux, from 49152 on macOS): one of those
 * may go to somebody's connection between this look and the moment in which the part listens, and no start gets it then.
 */
const RANDOM_PORTS = { from: 20_000, below: 24_000 };

/**
 * @typedef {object} WantedPort
 * @property {string} part shown to the user, such as 'Temporal'
 * @property {number} [preferred] taken when it is free; without it any free one
 */

/**
 * @typedef {object} ReservedPorts
 * @property {number[]} ports in the order of the request
 * @property {string[]} notes a sentence for each port that had to differ
 * @property {() => void} release lets other runs have them; the end of this process does the same, kill -9 included
 */

/**
 * Finds a free port for each part. A port stays claimed (by a lock in the cache folder) until `release`, because between
 * this look and the moment in which the part listens another run could be handed the same one.
 *
 * @param {readonly WantedPort[]} wanted
 * @param {{ claimsFolder?: string }} [options]
 * @returns {Promise<ReservedPorts>}
 * @throws {Error} when no port is free
 */
export async function reservePorts(wanted, { claimsFolder = join(cacheFolder(), 'ports') } = {}) {
  /** @type {number[]} */
  const ports = [];
  /** @type {string[]} */
  const notes = [];
  /** @type {(() => void)[]} */
  const releases = [];
  for (const { part, preferred } of wanted) {
    const isAnyGood = preferred === undefined;
    const claim =
      (isAnyGood ? undefined : await claimPort(preferred, claimsFolder)) ?? (await claimAnyPort(claimsFolder));
    ports.push(claim.port);
    releases.push(claim.release);
    if (!isAnyGood && claim.port !== preferred) {
      notes.push(`Port ${String(preferred)} is taken; ${part} uses ${String(claim.port)}.`);
    }
  }
  return {
    ports,
    notes,
    release() {
      for (const release of releases) release();
    },
  };
}

/**
 * Looks at a port without claiming it.
 *
 * @param {number} port
 * @returns {Promise<boolean>} false when somebody has it
 */
export function isPortFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/**
 * @param {number} port
 * @param {string} claimsFolder
 * @returns {Promise<{ port: number, release: () => void } | undefined>}
 */
async function claimPort(port, claimsFolder) {
  // Claim first, look second: the other order leaves a gap in which two runs both see the port free.
  const lock = await tryLock(join(claimsFolder, String(port)));
  if (lock === undefined) return undefined;
  if (await isPortFree(port)) return { port, release: lock.release };
  lock.release();
  return undefined;
}

/** @param {string} claimsFolder */
async function claimAnyPort(claimsFolder) {
  for (let attempt = 0; attempt < RANDOM_ATTEMPTS; attempt += 1) {
    const claim = await claimPort(randomInt(RANDOM_PORTS.from, RANDOM_PORTS.below), claimsFolder);
    if (claim !== undefined) return claim;
  }
  throw new Error(
    'No loopback port is free, so the stack can not listen: end programs that hold ports and start again.',
  );
}
