/** Which ports the parts of a stack want. */
import { readVariable } from './environment.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** Preferred ports, replaced by free ones when taken. The variable lets a user prefer another. */
const WANTED_PORTS = [
  { part: 'API', variable: 'RATCHET_API_PORT', preferred: 4747 },
  { part: 'worker health', variable: 'RATCHET_WORKER_HEALTH_PORT', preferred: 4748 },
  { part: 'Temporal', variable: 'RATCHET_TEMPORAL_PORT', preferred: 7233 },
  { part: 'Temporal UI', variable: 'RATCHET_TEMPORAL_UI_PORT', preferred: 8233 },
  { part: 'PostgreSQL', variable: 'RATCHET_POSTGRES_PORT', preferred: 5439 },
];

/**
 * @typedef {object} StackPorts
 * @property {number} api
 * @property {number} workerHealth
 * @property {number} temporal
 * @property {number} temporalUi
 * @property {number} postgres
 */

/**
 * @returns {import('./ports.mjs').WantedPort[]} in the order of `toStackPorts`
 * @throws {ProvisioningError} when a variable holds no port
 */
export function wantedPorts() {
  return WANTED_PORTS.map(({ part, variable, preferred }) => {
    const chosen = readVariable(variable);
    if (chosen === undefined) return { part, preferred };
    if (!/^\d{1,5}$/.test(chosen) || Number(chosen) > 65_535) {
      throw new ProvisioningError(
        `${variable} is "${chosen}" and must be a port, a number from 1 to 65535, or 0 for any free one: correct or unset it and start again.`,
      );
    }
    return Number(chosen) === 0 ? { part } : { part, preferred: Number(chosen) };
  });
}

/**
 * @param {readonly number[]} ports in the order of `wantedPorts`
 * @returns {StackPorts}
 */
export function toStackPorts([api = 0, workerHealth = 0, temporal = 0, temporalUi = 0, postgres = 0]) {
  return { api, workerHealth, temporal, temporalUi, postgres };
}
