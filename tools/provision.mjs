/** Gets every part that a run or a test run needs, side by side, and shows it. */
import { ensureDependencies } from './dependencies.mjs';
import { provideAider } from './aider.mjs';
import { lookForGit } from './git-program.mjs';
import { provideLizard } from './lizard.mjs';
import { describeOldNode } from './node-runtime.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { provideTemporal } from './temporal-program.mjs';

/**
 * @typedef {object} Provisioned
 * @property {import('./temporal-program.mjs').FoundTemporal} temporal
 * @property {import('./aider.mjs').FoundAider} aider
 * @property {import('./lizard.mjs').FoundLizard | undefined} lizard undefined where it can't be had: runs go on without it
 * @property {{ dependenciesMs: number, temporalMs: number, aiderMs: number }} timings from the start of this process
 */

/**
 * The order does not matter: the parts do not know each other, and the slowest (a build of minutes) should not wait.
 *
 * @param {string} root the clone
 * @param {import('./task-list.mjs').TaskList} tasks
 * @returns {Promise<Provisioned>}
 * @throws {ProvisioningError} for the first part that can't be had
 */
export async function provision(root, tasks) {
  await assertHost();
  const [dependenciesMs, [temporal, temporalMs], [aider, aiderMs], lizard] = await Promise.all([
    tasks.run('packages', async ({ detail }) => {
      const { installed, generated } = await ensureDependencies(root, { detail });
      detail(installed ? 'installed' : generated ? 'database client generated' : 'complete');
      return sinceStartMs();
    }),
    tasks.run('Temporal', async ({ detail }) => {
      const found = await provideTemporal(root, { detail });
      detail(describeTemporal(found));
      return /** @type {const} */ ([found, sinceStartMs()]);
    }),
    tasks.run('Aider', async ({ detail }) => {
      const found = await provideAider({ detail });
      detail(`${found.version}, ${found.from}`);
      return /** @type {const} */ ([found, sinceStartMs()]);
    }),
    tasks.run('lizard', async ({ detail }) => {
      const found = await provideLizardIfPossible(detail);
      if (found !== undefined) detail(`${found.version}, ${found.from}`);
      return found;
    }),
  ]);
  return { temporal, aider, lizard, timings: { dependenciesMs, temporalMs, aiderMs } };
}

/**
 * @param {import('./temporal-program.mjs').FoundTemporal} found
 * @returns {string}
 */
export function describeTemporal({ kind, address, version, from }) {
  return kind === 'server' ? `running server at ${address ?? ''} (${from})` : `${version}, ${from}`;
}

/** @returns {number} whole milliseconds since this process was started */
export function sinceStartMs() {
  return Math.round(process.uptime() * 1000);
}

/**
 * @param {(text: string) => void} detail
 * @returns {Promise<import('./lizard.mjs').FoundLizard | undefined>}
 */
async function provideLizardIfPossible(detail) {
  try {
    return await provideLizard({ detail });
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    detail(`not available: ${error.message}`);
    return undefined;
  }
}

async function assertHost() {
  const problem = describeOldNode() ?? (await lookForGit()).problem;
  if (problem !== undefined) throw new ProvisioningError(problem);
}
