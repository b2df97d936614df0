import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { areDependenciesReady, ensureDependencies } from '../../tools/dependencies.mjs';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;
let root: string;

beforeEach(() => {
  scratch = createScratchFolder();
  root = realpathSync(scratch.path);
  makeClone();
});
afterEach(() => {
  scratch.remove();
});

/**
 * A clone whose two packages lie in it, so that the real npm installs them without a network: a Node, and a generator that
 * counts how often it is asked.
 */
function makeClone(): void {
  write('package.json', { name: 'clone', dependencies: { node: 'file:parts/node', prisma: 'file:parts/prisma' } });
  writeLock('1.0.0');
  write('parts/node/package.json', { name: 'node', version: '1.0.0' });
  writeText('parts/node/bin/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, 0o755);
  write('parts/prisma/package.json', { name: 'prisma', version: '1.0.0' });
  writeText(
    'parts/prisma/build/index.js',
    `require('node:fs').appendFileSync('generated.txt', process.argv[2] + '\\n');\n`,
  );
  writeText('prisma/schema.prisma', 'model One {}\n');
  writeText('cli/ratchet.mjs', '');
}

function writeLock(version: string): void {
  const link = (name: string) => ({ resolved: `parts/${name}`, link: true });
  const dependencies = { node: 'file:parts/node', prisma: 'file:parts/prisma' };
  write('package-lock.json', {
    name: 'clone',
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'clone', dependencies },
      'node_modules/node': link('node'),
      'node_modules/prisma': link('prisma'),
      'parts/node': { name: 'node', version: '1.0.0' },
      'parts/prisma': { name: 'prisma', version: '1.0.0' },
    },
  });
}

function write(path: string, content: object): void {
  writeText(path, JSON.stringify(content));
}

function writeText(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
}

function generatedCount(): number {
  return readFileSync(join(root, 'generated.txt'), 'utf8').split('\n').length - 1;
}

describe('the packages of a clone', () => {
  it('are installed once, and again only when what decides about them has changed', async () => {
    expect(areDependenciesReady(root)).toBe(false);
    expect(await ensureDependencies(root)).toEqual({ installed: true, generated: true });
    expect(areDependenciesReady(root)).toBe(true);
    expect(await ensureDependencies(root)).toEqual({ installed: false, generated: false });
    writeText('prisma/schema.prisma', 'model Two {}\n');
    expect(await ensureDependencies(root)).toEqual({ installed: false, generated: true });
    writeLock('1.0.1');
    expect(await ensureDependencies(root)).toEqual({ installed: true, generated: true });
    expect(generatedCount()).toBe(3);
  });

  it('are installed by one of two that start at once', async () => {
    const results = await Promise.all([ensureDependencies(root), ensureDependencies(root)]);
    expect(results.filter(({ installed }) => installed)).toHaveLength(1);
    expect(generatedCount()).toBe(1);
  });

  it('come with a link to the command of the clone, which npx finds', async () => {
    await ensureDependencies(root);
    const link = join(root, 'node_modules', '.bin', 'ratchet');
    expect(realpathSync(link)).toBe(join(root, 'cli', 'ratchet.mjs'));
    rmSync(link);
    await ensureDependencies(root);
    expect(existsSync(link)).toBe(true);
  });

  it('do not count as installed when npm fails, and the sentence has its reason', async () => {
    await ensureDependencies(root);
    write('package.json', { name: 'clone', dependencies: { node: 'file:parts/node', other: 'file:parts/other' } });
    writeLock('1.0.2');
    await expect(ensureDependencies(root)).rejects.toThrow(
      /^npm ci failed, so .*: check the network .*npm says: .*sync/,
    );
    expect(areDependenciesReady(root)).toBe(false);
  });

  it('do not count as complete when the generator fails, and the sentence has its reason', async () => {
    writeText('parts/prisma/build/index.js', `console.error('line 1: no such type'); process.exit(1);\n`);
    await expect(ensureDependencies(root)).rejects.toThrow(
      /could not be generated .*prisma generate says: .*no such type/,
    );
    expect(areDependenciesReady(root)).toBe(false);
  });
});
