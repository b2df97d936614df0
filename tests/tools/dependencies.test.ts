import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
  vi.unstubAllEnvs();
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

/** All kinds of packages, the clone in a folder of its own below one that claims it, and a script of its own. */
function makeCloneOfEveryKind(): void {
  write('package.json', { name: 'outer', private: true, workspaces: ['clone'] });
  root = join(root, 'clone');
  makeClone();
  const kinds = ['dev', 'optional', 'peer'];
  for (const kind of kinds) write(`parts/${kind}/package.json`, { name: kind, version: '1.0.0' });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object;
  const needed = Object.fromEntries(kinds.map((kind) => [`${kind}Dependencies`, { [kind]: `file:parts/${kind}` }]));
  const marked = kinds.map((kind) => [`parts/${kind}`, { name: kind, version: '1.0.0', [kind]: true }] as const);
  const links = kinds.map(
    (kind) => [`node_modules/${kind}`, { resolved: `parts/${kind}`, link: true, [kind]: true }] as const,
  );
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, object>;
  };
  const packages = { ...lock.packages, ...Object.fromEntries([...marked, ...links]) };
  write('package.json', { ...manifest, ...needed, scripts: { install: 'touch ran' } });
  write('package-lock.json', { ...lock, packages: { ...packages, '': { ...packages[''], ...needed } } });
}

/** Packages of tests, of one platform, and those that go with others. An empty line separates what npm reads as a list. */
const leavingOut = { NODE_ENV: 'production', npm_config_omit: 'dev\n\noptional\n\npeer' };

describe('the packages of a clone', () => {
  it.each([
    ['leaves packages out, whichever way it is told to', leavingOut],
    ['runs no scripts', { npm_config_ignore_scripts: 'true' }],
    ['works in a workspace', { npm_config_workspace: 'clone' }],
  ])('are all there, in the clone, with an npm that %s', async (_what, settings) => {
    makeCloneOfEveryKind();
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    expect(await ensureDependencies(root)).toEqual({ installed: true, generated: true });
    const installed = readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.'));
    expect(installed.toSorted()).toEqual(['dev', 'node', 'optional', 'peer', 'prisma']);
    expect(existsSync(join(root, 'ran'))).toBe(true);
  });

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
