import type { Gate } from '../gate.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** The gates of a crate or a workspace of crates. */
export function findRustGates(files: RepositoryFiles): Gate[] {
  const manifest = files.read('Cargo.toml');
  if (manifest === undefined && !files.paths.has('Cargo.toml')) return [];
  const source = 'Cargo.toml';
  const scope = /^\[workspace\]/m.test(manifest ?? '') ? ' --workspace' : '';
  // Without it each of them writes the lock file anew in the form of its own version.
  const locked = files.paths.has('Cargo.lock') ? ' --locked' : '';
  const clippySettings = findClippySettings(files, manifest ?? '');
  return [
    { kind: 'install', command: `cargo fetch${locked}`, source },
    { kind: 'compile', command: `cargo check${locked}${scope} --all-targets`, source },
    ...(clippySettings === undefined
      ? []
      : [{ kind: 'lint' as const, command: `cargo clippy${locked}${scope} -- -D warnings`, source: clippySettings }]),
    { kind: 'test', command: `cargo test${locked}${scope}`, source, reportFormat: 'cargo-text' },
  ];
}

/** Where a repository says that it uses clippy. */
function findClippySettings({ paths }: RepositoryFiles, manifest: string): string | undefined {
  const file = ['clippy.toml', '.clippy.toml'].find((path) => paths.has(path));
  if (file !== undefined) return file;
  return /^\[(?:workspace\.)?lints\.clippy(?:\.[\w-]{1,100})?\]/m.test(manifest)
    ? 'Cargo.toml lints.clippy'
    : undefined;
}
