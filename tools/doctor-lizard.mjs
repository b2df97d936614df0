/** What the doctor says about the program that counts the complexity of code. */
import { lookForPython } from './python-environment.mjs';
import { LIZARD_VERSION, lookForLizard } from './lizard.mjs';

/**
 * Never an error of the machine: orders run without it and say that the complexity is unknown.
 *
 * @returns {Promise<import('./doctor.mjs').DoctorRow>}
 */
export async function lizardRow() {
  const row = {
    part: 'lizard',
    needed: `${LIZARD_VERSION}, recommended`,
    found: 'none',
    from: '',
    state: /** @type {const} */ ('ok'),
  };
  try {
    const found = await lookForLizard();
    if (found !== undefined) {
      const isOther = found.version !== LIZARD_VERSION;
      const fix = isOther ? `figures of version ${found.version} may differ from those of ${LIZARD_VERSION}` : '';
      return { ...row, found: found.version, from: found.from, fix };
    }
  } catch (error) {
    return { ...row, from: 'LIZARD_PATH', fix: error instanceof Error ? error.message : String(error) };
  }
  if ((await lookForPython()) === undefined) {
    return { ...row, fix: 'install Python 3.10 to 3.12, or uv; without it the complexity of code is unknown' };
  }
  return {
    ...row,
    found: '',
    state: 'will be installed',
    fix: 'a private Python environment in the cache, ten seconds',
  };
}
