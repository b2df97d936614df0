import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { createRedactor } from '../../domain/text/redact.ts';
import { listFiles } from '../../tools/clone-files.mjs';

const root = join(import.meta.dirname, '../..');

/** What a clone would hold if everything that git doesn't ignore were committed now. */
const listed = (await listFiles(root)) ?? expect.fail('git does not know the files of this clone');
const files = listed.filter((file) => existsSync(join(root, file)) && lstatSync(join(root, file)).isFile());

const binary = /[.](?:png|jpg|webp|gz|woff2)$/;
const writtenByTools = ['package-lock.json', 'tools/temporal/go.sum'];
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const texts = files.filter((file) => !binary.test(file)).map((file) => ({ file, text: read(file) }));
const own = texts.filter(({ file }) => !writtenByTools.includes(file));

/** `file:line` of every line that the pattern matches. */
function linesWith(pattern: RegExp, among: { file: string; text: string }[]): string[] {
  return among.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

// Written in pieces, so that this file does not find itself.
const registryHosts = ['registry.' + 'npmjs', 'registry.' + 'yarnpkg', 'pypi.' + 'org', 'pythonhosted' + '.org'];
const moreHosts = ['proxy.' + 'golang', 'sum.' + 'golang', 'deb.' + 'debian', 'repo1.' + 'maven', 'repo.' + 'maven'];
const hosts = new RegExp([...registryHosts, ...moreHosts].map((host) => host.replace('.', '[.]')).join('|'), 'i');
const machinePath = new RegExp(`(^|[^A-Za-z0-9_.-])/(${['work', 'farm', 'root'].join('|')})/`);
const scratchPath = new RegExp(['', 'tmp', 's', ''].join('/'));

describe('no file of the repository', () => {
  it('is missed by these tests', () => {
    expect(files).toContain('package.json');
    expect(files).toContain('domain/failures/failure-class.ts');
  });

  it('names the host of a package registry: the machine that installs decides where from', () => {
    expect(linesWith(hosts, texts)).toEqual([]);
    expect(linesWith(hosts, [{ file: 'planted', text: `https://${registryHosts[0]!}.org/zod` }])).toEqual([
      'planted:1',
    ]);
  });

  it('names a path of one machine', () => {
    expect(linesWith(machinePath, own)).toEqual([]);
    expect(linesWith(scratchPath, own)).toEqual([]);
    expect(linesWith(machinePath, [{ file: 'planted', text: ['cd ', 'work', 'main'].join('/') }])).toEqual([
      'planted:1',
    ]);
  });

  it('looks like it holds a credential, except tests that plant one', () => {
    const redact = createRedactor([]);
    const planting = /^(?:tests|examples)[/]/;
    // A template such as postgresql://user:${password}@host holds a name, not a password.
    const withoutPlaceholders = own.map(({ file, text }) => ({ file, text: text.replaceAll(/\$\{[^}]*\}/g, '') }));
    const suspicious = withoutPlaceholders.filter(({ file, text }) => !planting.test(file) && redact(text) !== text);
    expect(suspicious.map(({ file }) => file).filter((file) => file !== 'domain/text/redact.ts')).toEqual([]);
    expect(redact(`sk-ant-${'a'.repeat(30)}`)).toBe('[redacted]');
  });

  it('is longer than 300 lines when it is code', () => {
    // Written by scripts/generate-api-types.ts, and as long as the API.
    const generated = 'cli/api-types.ts';
    const isCode = (file: string) => /[.](?:ts|mjs|sh)$/.test(file) && !file.startsWith('examples/');
    const code = own.filter(({ file }) => isCode(file) && file !== generated);
    const long = code.filter(({ text }) => text.trimEnd().split('\n').length > 300);
    expect(long.map(({ file }) => file)).toEqual([]);
  });
});

describe('the tests', () => {
  const tests = texts.filter(({ file }) => /^tests[/].*[.]ts$/.test(file));
  const only = /\b(?:describe|it|test|suite)\s*[.]only\b/;
  const skip = /\b(?:describe|it|test|suite)\s*[.](?:skip|todo|skipIf|runIf)\b|\b(?:xit|xdescribe)\(/;

  it('are all run: none is picked out', () => {
    expect(linesWith(only, tests)).toEqual([]);
    expect(linesWith(only, [{ file: 'planted', text: ['it', 'only("a")'].join('.') }])).toEqual(['planted:1']);
  });

  it('are skipped only with a reason in the line before', () => {
    const unexplained = tests.flatMap(({ file, text }) => {
      const lines = text.split('\n');
      const skipped = lines.flatMap((line, index) => (skip.test(line) ? [index] : []));
      return skipped
        .filter((index) => !/^\s*\/\/ Skipped because \S+/.test(lines[index - 1] ?? ''))
        .map((index) => `${file}:${index + 1}`);
    });
    expect(unexplained).toEqual([]);
    expect(skip.test(['it', 'skip("a")'].join('.'))).toBe(true);
  });
});

describe('each folder', () => {
  const activityFolders = readdirSync(join(root, 'activities'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `activities/${entry.name}`);
  const topFolders = [...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!))];
  const folders = [...topFolders.filter((folder) => !folder.startsWith('.')), ...activityFolders];

  it.each(folders)('has a README of at most 30 lines: %s', (folder) => {
    const readme = join(root, folder, 'README.md');
    expect(existsSync(readme), `${folder}/README.md is missing`).toBe(true);
    expect(readFileSync(readme, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  });
});

describe('the packages', () => {
  it('are pinned to one version each', () => {
    const versions = Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies });
    const loose = versions.filter(([, version]) => !/^\d+[.]\d+[.]\d+(?:-[\w.-]+)?$/.test(version));
    expect(loose).toEqual([]);
    expect(versions.length).toBeGreaterThan(20);
  });

  it('are locked by content and not by address, so that every mirror can serve them', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Record<string, unknown>> };
    const entries = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && entry['link'] !== true);
    expect(entries.filter(([, entry]) => 'resolved' in entry).map(([path]) => path)).toEqual([]);
    const nested = entries.filter(([, entry]) => entry['inBundle'] !== true);
    expect(nested.filter(([, entry]) => typeof entry['integrity'] !== 'string').map(([path]) => path)).toEqual([]);
  });
});
