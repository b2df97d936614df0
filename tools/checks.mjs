/** Runs one of the checks of the code base (an npm script named `check:...`) and shows its time and its complaints. */
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const OUTPUT_BYTES_MAX = 256 * 1024;

/**
 * @param {string} root the clone
 * @param {string} name of the npm script, without `check:`
 * @param {Record<string, string>} environment whose PATH starts with the Node of the packages
 * @returns {Promise<boolean>} whether it passed
 * @throws {ProvisioningError} when npm is missing
 */
export async function runCheck(root, name, environment) {
  const npm = findProgram('npm');
  if (npm === undefined)
    throw new ProvisioningError('npm is not on the PATH, so the checks can not run: install Node together with npm.');
  const result = await runGuarded({
    command: npm,
    args: ['run', '--silent', `check:${name}`],
    cwd: root,
    env: environment,
    captureBytesMax: OUTPUT_BYTES_MAX,
  });
  const hasPassed = result.exitCode === 0;
  const seconds = (result.durationMs / 1000).toFixed(1);
  process.stdout.write(`${hasPassed ? '✔' : '✖'} ${name} (${seconds} s)\n`);
  if (!hasPassed) process.stdout.write(`${result.stdout}${result.stderr}\n`);
  return hasPassed;
}
