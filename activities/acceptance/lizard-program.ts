import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Lizard as it can be started in a sandbox that hides the folders in which people install programs. */
export interface LizardProgram {
  /** Absolute path of the script, behind links. */
  command: string;
  /** Absolute folders that it needs to see. */
  readable: string[];
}

/**
 * Finds out which folders the program of a Python environment needs: the environment, and the Python that it was made
 * with. Reads files and starts nothing.
 *
 * @param given absolute path of the script
 * @returns null when there is no such file
 */
export async function locateLizard(given: string): Promise<LizardProgram | null> {
  const command = await realpath(given).catch(() => null);
  if (command === null) return null;
  const environment = dirname(dirname(command));
  const settings = await readFile(join(environment, 'pyvenv.cfg'), 'utf8').catch(() => '');
  const home = /^home[ \t]{0,5}=[ \t]{0,5}(\/[^\n]{1,500})$/m.exec(settings)?.[1]?.trim();
  // Links may lead through another folder, under which name the interpreter then looks for its own library.
  const interpreter = await realpath(join(environment, 'bin', 'python')).catch(() => null);
  const prefixes = [home, interpreter === null ? undefined : dirname(interpreter)].flatMap((folder) =>
    folder === undefined ? [] : [dirname(folder)],
  );
  // Whatever lies directly below the root is visible or hidden for a reason of its own.
  const readable = [environment, ...prefixes].filter((folder) => dirname(folder) !== folder);
  return { command, readable: [...new Set(readable)] };
}
