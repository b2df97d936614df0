import type { Gate } from '../gate.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** The gates of a crate or a workspace of crates. */
export function findRustGates(files: RepositoryFiles): Gate[] {
  const manifest = files.read('Cargo.toml');
  if (manifest === undefined && !files.paths.has('Cargo.toml')) return [];
  const source = 'Cargo.toml';
  const scope = /^\[workspace\]/m.test(manifest ?? '') ? ' --workspace' : '';
  const clippySettings = ['clippy.toml', '.clippy.toml'].find((path) => files.paths.has(path));
  const fetch = files.paths.has('Cargo.lock') ? 'cargo fetch --locked' : 'cargo fetch';
  return [
    { kind: 'install', command: fetch, source },
    { kind: 'compile', command: `cargo check${scope} --all-targets`, source },
    ...(clippySettings === undefined
      ? []
      : [{ kind: 'lint' as const, command: `cargo clippy${scope} -- -D warnings`, source: clippySettings }]),
    { kind: 'test', command: `cargo test${scope}`, source, reportFormat: 'cargo-text' },
  ];
}
