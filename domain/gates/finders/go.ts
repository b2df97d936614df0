import type { Gate } from '../gate.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/** The gates of a Go module. */
export function findGoGates(files: RepositoryFiles): Gate[] {
  if (!files.paths.has('go.mod')) return [];
  const source = 'go.mod';
  return [
    // Only installing reaches the network, so what the other gates need is fetched here.
    ...(files.paths.has('go.sum') ? [{ kind: 'install' as const, command: 'go mod download', source: 'go.sum' }] : []),
    { kind: 'compile', command: 'go build ./...', source },
    { kind: 'lint', command: 'go vet ./...', source },
    {
      kind: 'test',
      command: 'go test ./...',
      source,
      // Into the file: what is printed is cut at its beginning when it is long, and events would be missing.
      reportingCommand: 'go test -json ./... > "$RATCHET_REPORT"',
      reportFormat: 'go-json',
      coverage: {
        command: 'go test -json -coverprofile="$RATCHET_COVERAGE/profile" ./... > "$RATCHET_REPORT"',
        format: 'go',
      },
    },
  ];
}
