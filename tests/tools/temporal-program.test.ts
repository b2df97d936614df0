import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provideTemporal, TEMPORAL_VERSION } from '../../tools/temporal-program.mjs';
import { createScratchFolder } from './scratch.ts';

/** A Go that writes down what it is told to build for, and makes a program that says what it was given to say. */
const go = `#!/bin/sh
if [ "$1" = env ]; then echo go1.30.0; echo auto; exit; fi
echo "$GOOS $GOARCH $GOFLAGS" >> "$BUILDS"
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho "temporal version %s"\\n' "$SAYS" > "$2"
chmod +x "$2"
`;

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
  const programs = join(scratch.path, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'go'), go, { mode: 0o755 });
  mkdirSync(join(scratch.path, 'tools', 'temporal'), { recursive: true });
  writeFileSync(join(scratch.path, 'tools', 'temporal', 'go.mod'), 'module example\n\ngo 1.26.0\n');
  vi.stubEnv('TEMPORAL_ADDRESS', '');
  vi.stubEnv('PATH', `${programs}:/usr/bin:/bin`);
  vi.stubEnv('RATCHET_CACHE', join(scratch.path, 'cache'));
  vi.stubEnv('BUILDS', join(scratch.path, 'builds'));
  vi.stubEnv('SAYS', TEMPORAL_VERSION);
  // As where the host of the download is closed.
  vi.stubGlobal('fetch', () => Promise.reject(new Error('closed')));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  scratch.remove();
});

function builds(): string[] {
  return readFileSync(join(scratch.path, 'builds'), 'utf8').trimEnd().split('\n');
}

/** What lies in the cache; locks come and go. */
function entries(): string[] {
  const cache = join(scratch.path, 'cache');
  return existsSync(cache) ? readdirSync(cache).filter((name) => !name.includes('.lock')) : [];
}

describe('a Temporal that is built', () => {
  it('is one for this machine, whatever else Go is set to build for, and is built once', async () => {
    vi.stubEnv('GOOS', 'plan9');
    vi.stubEnv('GOARCH', 'mips');
    vi.stubEnv('GOFLAGS', '-buildmode=c-shared');
    expect(await provideTemporal(scratch.path)).toMatchObject({ version: TEMPORAL_VERSION, from: 'built with Go' });
    expect(await provideTemporal(scratch.path)).toMatchObject({ version: TEMPORAL_VERSION, from: 'cache' });
    const processor = { x64: 'amd64' }[process.arch as string] ?? process.arch;
    expect(builds()).toEqual([`${process.platform} ${processor} -mod=readonly`]);
  });

  it('and does not say its version is not used, leaves nothing, and is built again', async () => {
    vi.stubEnv('SAYS', '0.0.0');
    await expect(provideTemporal(scratch.path)).rejects.toThrow(
      /^The Temporal server was built but does not say that it is .*, so it is not used/,
    );
    expect(entries()).toEqual([]);
    vi.stubEnv('SAYS', TEMPORAL_VERSION);
    expect(await provideTemporal(scratch.path)).toMatchObject({ from: 'built with Go' });
  });
});
