import type { Gate } from '../gate.ts';
import type { PackageManager } from './package-managers.ts';
import { reportScript, type Reporting } from './test-reporting.ts';
import type { WorkspacePackage } from './workspaces.ts';

/** A script of workspace packages, and who runs it. */
export interface WorkspaceScript {
  name: string;
  /** Those that have it. */
  packages: readonly WorkspacePackage[];
  manager: PackageManager;
  /** Names of what the top folder installs, which its packages see as well. */
  shared: ReadonlySet<string>;
}

/** With more packages than this a manager runs their tests, at the same time and without their names. */
const packagesMax = 30;

/**
 * How the tests of packages report: each is run for itself, since all would write over one another's report. Without
 * their names where they have not all the same kind of runner: half of the names would pass for all of them.
 *
 * @param together the command that runs them all
 */
export function reportPackages(together: string, { name, packages, manager, shared }: WorkspaceScript): Reporting {
  const forms = packages.map(({ manifest }) =>
    reportScript({
      command: `${manager.name} run ${name}`,
      script: manifest.scripts[name] ?? '',
      separator: manager.argumentSeparator,
      packages: new Set([...shared, ...manifest.packages]),
    }),
  );
  const [first] = forms;
  const format = first?.reportFormat;
  if (
    format === undefined ||
    packages.length > packagesMax ||
    forms.some(({ reportFormat }) => reportFormat !== format)
  ) {
    return coverTogether(together, forms);
  }
  const folders = packages.map(({ folder }) => folder);
  const reportingCommand = runEach(folders, (index) => forms[index]?.reportingCommand ?? together);
  const covered = coverEach(folders, forms);
  return {
    reportingCommand,
    reportFormat: format,
    packageFolders: folders,
    ...(covered === undefined ? {} : { coverage: covered }),
  };
}

/** What Node itself writes needs no report, and may come from all of them into one folder. */
function coverTogether(together: string, forms: readonly Reporting[]): Reporting {
  if (!forms.some(({ coverage }) => coverage?.format === 'v8')) return {};
  return { coverage: { command: `NODE_V8_COVERAGE="$RATCHET_COVERAGE" ${together}`, format: 'v8' } };
}

function coverEach(folders: readonly string[], forms: readonly Reporting[]): Gate['coverage'] {
  const format = forms.find(({ coverage }) => coverage !== undefined)?.coverage?.format;
  if (format === undefined || forms.some(({ coverage }) => coverage !== undefined && coverage.format !== format)) {
    return undefined;
  }
  const command = runEach(folders, (index) => forms[index]?.coverage?.command ?? forms[index]?.reportingCommand ?? '');
  return { command, format };
}

/** Runs all, whichever fails; each writes into the file and the folder of its number. */
function runEach(folders: readonly string[], commandOf: (index: number) => string): string {
  const runs = folders.map((folder, index) => {
    const places = `RATCHET_REPORT="$RATCHET_REPORT.${index + 1}" RATCHET_COVERAGE="$RATCHET_COVERAGE/${index + 1}"`;
    return `(cd ${quoted(folder)} && export ${places} && ${commandOf(index)}) || ratchet_status=$?`;
  });
  return ['ratchet_status=0', ...runs, 'exit $ratchet_status'].join('; ');
}

/** The same without reports, for a manager that fails where a package has no such script. */
export function runWherePresent({ name, packages, manager }: WorkspaceScript): string {
  return packages.map(({ folder }) => `(cd ${quoted(folder)} && ${manager.name} run ${name})`).join(' && ');
}

/** A name of a repository in a shell. */
function quoted(text: string): string {
  return /^[\w./@-]{1,500}$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const everywhere = [
  /^npm (?:run |run-script )?(?<name>[\w:.-]{1,100}) (?:--workspaces|-ws)(?: --if-present)?$/,
  /^npm (?:--workspaces|-ws)(?: --if-present)? (?:run |run-script )?(?<name>[\w:.-]{1,100})$/,
  /^pnpm (?:-r|--recursive) (?:run )?(?<name>[\w:.-]{1,100})$/,
  /^pnpm run (?:-r|--recursive) (?<name>[\w:.-]{1,100})$/,
  /^yarn workspaces (?:run|foreach (?:-{1,2}\w{1,30} ){0,5}run) (?<name>[\w:.-]{1,100})$/,
];

/** The name of the script that another one runs in all packages; undefined where it does anything else. */
export function scriptRunEverywhere(script: string): string | undefined {
  const plain = script.trim();
  return everywhere.map((pattern) => pattern.exec(plain)?.groups?.['name']).find((name) => name !== undefined);
}
