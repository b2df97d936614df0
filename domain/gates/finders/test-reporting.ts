import type { Gate } from '../gate.ts';

/** A gate with the way in which its runner reports single tests. */
type Reporting = Required<Pick<Gate, 'reportingCommand' | 'reportFormat'>>;

const vitestArguments = '--reporter=default --reporter=json --outputFile.json="$RATCHET_REPORT"';
const jestArguments = '--json --outputFile="$RATCHET_REPORT"';

/** How the programs themselves are called where no script does it. */
export const vitestCommand = 'npx --no-install vitest run';
export const jestCommand = 'npx --no-install jest';

/** `node --test`, also through a loader such as `tsx --test`. */
const nodeTestCall = /\b(?:node|tsx)\b[^&|;\n]{0,300}? --test(?![\w-])/;

/**
 * The reporting form of a command that runs a script; undefined where the script's runner is not known, or where it
 * would get arguments that were not meant for it.
 *
 * @param command what runs the script, such as `npm run test`
 * @param options the script's text, and what stands before arguments for the script
 */
export function reportScript(
  command: string,
  { script, separator }: { script: string; separator: string },
): Reporting | undefined {
  // Arguments are appended to the end of the script: behind a comment they would be lost.
  const last = script.includes('#') ? '' : lastCommand(script);
  if (/^vitest\b(?! (?:dev|watch|bench|list)\b)/.test(last) && !/--outputFile|--watch\b/.test(script)) {
    return { reportingCommand: `${command} ${separator}${vitestArguments}`, reportFormat: 'jest-json' };
  }
  if (/^jest\b/.test(last) && !/--json|--outputFile|--watch/.test(script)) {
    return { reportingCommand: `${command} ${separator}${jestArguments}`, reportFormat: 'jest-json' };
  }
  return reportNodeTest(command, script);
}

/** The same for a call of the program itself. */
export function reportCall(command: string): Reporting | undefined {
  return reportScript(command, { script: command.replace('npx --no-install ', ''), separator: '' });
}

// The variable reaches every Node process below; those that run no tests ignore it. Two runs in one script would write
// over each other's report, and a script with a reporter of its own must name a destination for each.
function reportNodeTest(command: string, script: string): Reporting | undefined {
  const calls = script.split(/ --test(?![\w-])/).length - 1;
  if (calls !== 1 || !nodeTestCall.test(script) || script.includes('--test-reporter')) return undefined;
  const reporters = '--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit';
  const options = `NODE_OPTIONS="$NODE_OPTIONS ${reporters} --test-reporter-destination=\\"$RATCHET_REPORT\\""`;
  return { reportingCommand: `${options} ${command}`, reportFormat: 'junit' };
}

/** The last command of a script, without what only wraps it. */
function lastCommand(script: string): string {
  const words = (script.split(/&&|\|\||[;|&\n]/).at(-1) ?? '').split(/\s+/).filter((word) => word !== '');
  const start = words.findIndex((word) => !/^(?:[A-Za-z_]\w{0,100}=\S{0,300}|cross-env|npx|c8)$/.test(word));
  return start === -1 ? '' : words.slice(start).join(' ');
}
