import type { Gate, GateCoverage } from '../gate.ts';

/** What is run in place of a gate's command, so that its runner reports single tests and the lines that they ran through. */
export type Reporting = Pick<Gate, 'reportingCommand' | 'reportFormat' | 'coverage' | 'packageFolders'>;

/** A script as it is run. */
export interface ScriptCall {
  /** What runs it, such as `npm run test`. */
  command: string;
  script: string;
  /** What stands before arguments for the script. */
  separator: string;
  /** Names of everything that is installed for it. */
  packages: ReadonlySet<string>;
}

const vitestArguments = '--reporter=default --reporter=json --outputFile.json="$RATCHET_REPORT"';
const jestArguments = '--json --outputFile="$RATCHET_REPORT"';
const jestCoverage = '--coverage --coverageReporters=lcovonly --coverageDirectory="$RATCHET_COVERAGE"';
const vitestCoverage =
  '--coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory="$RATCHET_COVERAGE"';

/** How the programs themselves are called where no script does it. */
export const vitestCommand = 'npx --no-install vitest run';
export const jestCommand = 'npx --no-install jest';

/** `node --test`, also through a loader such as `tsx --test`. */
const nodeTestCall = /\b(?:node|tsx)\b[^&|;\n]{0,300}? --test(?![\w-])/;

/** Runners whose code Node runs as it is written: they know nothing of coverage, and need not. */
const plainRunner = /(?:^|[\s/])(?:node|tsx|mocha|ava|tape|uvu|jasmine|qunit)(?=\s|$)/;

/**
 * The reporting form of a command that runs a script; empty where the script's runner is not known, or where it would
 * get arguments that were not meant for it.
 */
export function reportScript(call: ScriptCall): Reporting {
  const { command, script, separator } = call;
  // Arguments are appended to the end of the script: behind a comment they would be lost.
  const last = script.includes('#') ? '' : lastCommand(script);
  if (/^vitest\b(?! (?:dev|watch|bench|list)\b)/.test(last) && !/--outputFile|--watch\b/.test(script)) {
    return withCoverage(`${command} ${separator}${vitestArguments}`, vitestCoverageOf(call));
  }
  if (/^jest\b/.test(last) && !/--json|--outputFile|--watch/.test(script)) {
    return withCoverage(`${command} ${separator}${jestArguments}`, /coverage/i.test(script) ? '' : jestCoverage);
  }
  return reportNodeTest(command, script);
}

/** The same for a call of the program itself. */
export function reportCall(command: string, packages: ReadonlySet<string>): Reporting {
  return reportScript({ command, script: command.replace('npx --no-install ', ''), separator: '', packages });
}

/** The form of both that writes JSON; with no arguments for coverage there is none. */
function withCoverage(reportingCommand: string, coverageArguments: string): Reporting {
  const reporting = { reportingCommand, reportFormat: 'jest-json' } as const;
  if (coverageArguments === '') return reporting;
  return { ...reporting, coverage: { command: `${reportingCommand} ${coverageArguments}`, format: 'lcov' } };
}

/** It can only measure with a package beside it; the one that is there is named, since the other is the default. */
function vitestCoverageOf({ script, packages }: ScriptCall): string {
  if (script.includes('--coverage')) return '';
  const hasV8 = packages.has('@vitest/coverage-v8');
  const hasIstanbul = packages.has('@vitest/coverage-istanbul');
  if (!hasV8 && !hasIstanbul) return '';
  const provider = hasV8 && hasIstanbul ? '' : ` --coverage.provider=${hasV8 ? 'v8' : 'istanbul'}`;
  return `${vitestCoverage}${provider}`;
}

// The variable reaches every Node process below; those that run no tests ignore it. Two runs in one script would write
// over each other's report, and a script with a reporter of its own must name a destination for each.
function reportNodeTest(command: string, script: string): Reporting {
  const calls = script.split(/ --test(?![\w-])/).length - 1;
  if (calls !== 1 || !nodeTestCall.test(script) || script.includes('--test-reporter')) {
    return plainRunner.test(script) ? { coverage: nodeCoverage(command) } : {};
  }
  const reporters = '--test-reporter=spec --test-reporter-destination=stdout --test-reporter=junit';
  const options = `NODE_OPTIONS="$NODE_OPTIONS ${reporters} --test-reporter-destination=\\"$RATCHET_REPORT\\""`;
  const reportingCommand = `${options} ${command}`;
  return { reportingCommand, reportFormat: 'junit', coverage: nodeCoverage(reportingCommand) };
}

/**
 * Every Node process writes what it ran through. Node's tests have an option of their own for that, which can stand in
 * no variable, changes what is printed, and brings thresholds with it.
 */
function nodeCoverage(command: string): GateCoverage {
  return { command: `NODE_V8_COVERAGE="$RATCHET_COVERAGE" ${command}`, format: 'v8' };
}

/** The last command of a script, without what only wraps it. */
function lastCommand(script: string): string {
  const words = (script.split(/&&|\|\||[;|&\n]/).at(-1) ?? '').split(/\s+/).filter((word) => word !== '');
  const start = words.findIndex((word) => !/^(?:[A-Za-z_]\w{0,100}=\S{0,300}|cross-env|npx|c8)$/.test(word));
  return start === -1 ? '' : words.slice(start).join(' ');
}
