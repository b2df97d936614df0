import type { Gate } from '../gate.ts';
import type { PackageManifest, RepositoryFiles } from '../repository-files.ts';

/** How one package manager of Node installs and runs scripts. */
export interface PackageManager {
  name: 'npm' | 'pnpm' | 'yarn';
  install: Gate;
  /** What stands between `run <script>` and arguments for the script. */
  argumentSeparator: string;
  /** Runs a script in every workspace package that has it. */
  runEverywhere: (script: string) => string;
  /** Whether that leaves out the packages that have not the script; else it fails there. */
  skipsMissing: boolean;
  /** A command as it is run: with the manager on the PATH. Undefined where the command itself will do. */
  prepared: (command: string) => string | undefined;
}

/**
 * The manager whose lock file is there. npm comes with Node. The others may be missing on the machine: only the install
 * gate reaches the network, so it puts them into the home folder of the attempt, where the later gates find them.
 */
export function choosePackageManager(files: RepositoryFiles, manifest: PackageManifest): PackageManager {
  if (files.paths.has('pnpm-lock.yaml')) return pnpm(files, manifest);
  if (files.paths.has('yarn.lock')) return yarn(files, manifest);
  const [command, source] = files.paths.has('package-lock.json')
    ? ['npm ci', 'package-lock.json']
    : ['npm install --no-package-lock', 'package.json'];
  return {
    name: 'npm',
    install: { kind: 'install', command, source },
    argumentSeparator: '-- ',
    runEverywhere: (script) => `npm run ${script} --workspaces --if-present`,
    skipsMissing: true,
    prepared: () => undefined,
  };
}

function pnpm(files: RepositoryFiles, manifest: PackageManifest): PackageManager {
  const version = /^pnpm@(\d{1,4}\.\d{1,4}\.\d{1,4})\b/.exec(manifest.packageManager)?.[1] ?? pnpmMajor(files);
  const command = 'pnpm install --frozen-lockfile';
  return {
    name: 'pnpm',
    install: withManager({ kind: 'install', command, source: 'pnpm-lock.yaml' }, `pnpm@${version}`),
    argumentSeparator: '',
    runEverywhere: (script) => `pnpm -r run ${script}`,
    skipsMissing: true,
    prepared: (line) => `${managersPath}; ${line}`,
  };
}

/** A lock file says which versions can read it. Version 10 runs no install scripts unless told to, so 9 is the default. */
function pnpmMajor(files: RepositoryFiles): string {
  const lock = /^lockfileVersion: '?(\d)/m.exec((files.read('pnpm-lock.yaml') ?? '').slice(0, 1_000))?.[1];
  const settings = files.read('pnpm-workspace.yaml') ?? '';
  if (lock === '5') return '7';
  if (lock === '6') return '8';
  return /^(?:only|ignored|never)BuiltDependencies:|^(?:overrides|patchedDependencies):/m.test(settings) ? '10' : '9';
}

function yarn(files: RepositoryFiles, manifest: PackageManifest): PackageManager {
  const named = /^yarn@((\d{1,4})\.\d{1,4}\.\d{1,4})\b/.exec(manifest.packageManager);
  const isBerry = files.paths.has('.yarnrc.yml') || (named !== null && Number(named[2]) >= 2);
  const isNamedBerry = isBerry && named !== null && Number(named[2]) >= 2;
  const program = isBerry ? `@yarnpkg/cli-dist@${isNamedBerry ? (named[1] ?? '4') : '4'}` : 'yarn@1.22.22';
  const command = isBerry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile';
  return {
    name: 'yarn',
    install: withManager({ kind: 'install', command, source: 'yarn.lock' }, program),
    argumentSeparator: '',
    runEverywhere: (script) => (isBerry ? `yarn workspaces foreach -A run ${script}` : `yarn workspaces run ${script}`),
    skipsMissing: isBerry,
    prepared: (line) => `${managersPath}; ${line}`,
  };
}

const managersPath = 'export PATH="$PATH:$HOME/.managers/bin"';

// `npx` would look for the program in a cache that only the install gate may write, and find nothing without a network.
function withManager(gate: Gate, program: string): Gate {
  const [name = ''] = gate.command.split(' ');
  const bring = `npm install --global --silent --prefix "$HOME/.managers" ${program}`;
  return {
    ...gate,
    reportingCommand: `${managersPath}; command -v ${name} >/dev/null 2>&1 || ${bring} || exit 1; ${gate.command}`,
  };
}
