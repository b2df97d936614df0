import { existsSync, readdirSync, realpathSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/**
 * What version managers run programs from, below the home folder. Only these parts: beside them lie credentials
 * (`.cargo/credentials.toml`, `.local/share/keyrings`) that no command of a repository may read.
 */
const versionManagerParts: Readonly<Record<string, readonly string[]>> = {
  '.asdf': ['bin', 'installs', 'lib', 'plugins', 'shims'],
  '.bun': ['bin'],
  '.cargo': ['bin'],
  '.deno': ['bin'],
  '.goenv': ['bin', 'libexec', 'plugins', 'shims', 'version', 'versions'],
  '.jenv': ['bin', 'libexec', 'shims', 'version', 'versions'],
  '.local': ['bin', 'lib', 'pipx/venvs'],
  '.local/share': ['fnm/node-versions', 'mise/installs', 'mise/shims', 'pipx/venvs', 'uv/python', 'uv/tools'],
  '.nodenv': ['bin', 'libexec', 'plugins', 'shims', 'version', 'versions'],
  '.nvm': ['versions'],
  '.pyenv': ['bin', 'libexec', 'plugins', 'pyenv.d', 'shims', 'version', 'versions'],
  '.rbenv': ['bin', 'libexec', 'plugins', 'shims', 'version', 'versions'],
  '.rustup': ['settings.toml', 'toolchains'],
  '.sdkman': ['candidates'],
  '.volta': ['bin', 'tools'],
  go: ['bin'],
  sdk: [''],
};

/** What a program needs of the installation whose `bin` folder is on the PATH. */
const installationParts = ['lib', 'lib64', 'libexec'];
const goInstallationParts = ['go.env', 'pkg', 'src', 'VERSION'];

/** Where version managers look when HOME is another one. */
const homeVariables: Readonly<Record<string, string>> = {
  ASDF_DATA_DIR: '.asdf',
  MISE_DATA_DIR: '.local/share/mise',
  NVM_DIR: '.nvm',
  RUSTUP_HOME: '.rustup',
  VOLTA_HOME: '.volta',
};

/** Where programs are found, and what of it lies in a place that the sandbox hides. */
export interface ToolChainSearch {
  /** Absolute, or empty. */
  home: string;
  searchPath: string;
  /** Absolute folders with private things: a PATH entry that holds one of them is not shown. */
  privateFolders: readonly string[];
  isHidden: (path: string) => boolean;
}

/**
 * The paths that make the programs of a PATH usable although the folders around them are hidden.
 *
 * @returns absolute paths that exist
 */
export function toolChainPaths(search: ToolChainSearch): string[] {
  const folders = search.searchPath
    .split(':')
    .filter((path) => path.startsWith('/') && existsSync(path) && basename(path) !== '.bin');
  const found = [
    ...folders.flatMap((folder) => [folder, realpathSync(folder)]).flatMap((folder) => installation(folder)),
    ...folders.filter((folder) => search.isHidden(folder)).flatMap((folder) => linkedPrograms(folder)),
    ...Object.entries(search.home === '' ? {} : versionManagerParts).flatMap(([root, parts]) =>
      parts.map((part) => join(search.home, root, part)),
    ),
  ];
  return [...new Set(found)].filter((path) => search.isHidden(path) && !holdsPrivate(path, search) && existsSync(path));
}

function installation(folder: string): string[] {
  if (basename(folder) !== 'bin' || basename(dirname(folder)) === '.local') return [folder];
  const parts = existsSync(join(folder, 'go')) ? goInstallationParts : installationParts;
  return [folder, ...parts.map((part) => join(dirname(folder), part))];
}

/** A program is often a link into the folder of its installation. */
function linkedPrograms(folder: string): string[] {
  return listFolder(folder)
    .filter((entry) => entry.isSymbolicLink() && existsSync(join(folder, entry.name)))
    .map((entry) => realpathSync(join(folder, entry.name)));
}

function listFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not a folder, or not ours to read: whoever looks for a program there finds none either.
    return [];
  }
}

function holdsPrivate(path: string, { home, privateFolders }: ToolChainSearch): boolean {
  return [home, ...privateFolders].some((folder) => folder !== '' && isWithin(folder, path));
}

/** Whether a path is a folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith('../'));
}

/** The variables that tell version managers where they are, for commands whose HOME is not the user's. */
export function toolChainEnvironment(home: string): Record<string, string> {
  if (home === '') return {};
  const folders = Object.entries(homeVariables).map(([name, folder]) => [name, join(home, folder)] as const);
  return Object.fromEntries(folders.filter(([, folder]) => existsSync(folder)));
}
