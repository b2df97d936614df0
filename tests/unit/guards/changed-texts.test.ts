import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createGit } from '../../../activities/git/git-command.ts';
import { readChangedTexts } from '../../../activities/guards/changed-texts.ts';
import { parseUnifiedDiff } from '../../../domain/text/unified-diff.ts';

let folder: string;
let gitDir: string;
const git = createGit({ searchPath: '/usr/local/bin:/usr/bin:/bin', home: '/nonexistent', redact: (text) => text });

async function commit(files: Record<string, string | Buffer | null>): Promise<string> {
  const tree = join(folder, 'tree');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await (text === null ? rm(join(tree, path)) : writeFile(join(tree, path), text));
  }
  const here = { gitDir, workTree: tree, cwd: tree };
  await git(['add', '--all', '--', '.'], here);
  await git(['commit', '--quiet', '-m', 'x'], here);
  return (await git(['rev-parse', 'HEAD'], here)).trim();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-texts-'));
  gitDir = join(folder, 'git');
  await mkdir(join(folder, 'tree'));
  await git(['init', '--quiet', '--bare', gitDir]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The texts between two commits, and how many processes of git it took. */
async function readBetween(baseCommit: string, head: string) {
  const changes = parseUnifiedDiff(await git(['diff', '--no-renames', baseCommit, head], { gitDir }));
  let calls = 0;
  const counting = Object.assign(
    (...args: Parameters<typeof git>) => {
      calls += 1;
      return git(...args);
    },
    {
      attempt: (...args: Parameters<typeof git>) => {
        calls += 1;
        return git.attempt(...args);
      },
    },
  );
  return { ...(await readChangedTexts(counting, gitDir, { baseCommit, commit: head, changes })), calls };
}

describe('the texts of changed files', () => {
  it('are those of both sides, all read by one process of git', async () => {
    const before = await commit({
      'a b.ts': 'one\n',
      'gone.ts': 'missing\n',
      'empty.ts': '',
      'bin.dat': Buffer.from([0, 1]),
    });
    const after = await commit({
      'a b.ts': 'two',
      'gone.ts': null,
      'new.ts': '\n\nx\n',
      'empty.ts': 'y',
      'bin.dat': Buffer.from([0, 2]),
    });
    const read = await readBetween(before, after);
    expect(Object.fromEntries(read.before)).toEqual({ 'a b.ts': 'one\n', 'gone.ts': 'missing\n', 'empty.ts': '' });
    expect(Object.fromEntries(read.after)).toEqual({ 'a b.ts': 'two', 'new.ts': '\n\nx\n', 'empty.ts': 'y' });
    expect(read.calls).toBe(1);
  });

  it('are whole where a text is no UTF-8, or looks like what git prints between two', async () => {
    const latin = Buffer.from('caf\xe9\n', 'latin1');
    const before = await commit({ 'latin.txt': 'x\n', 'marks.txt': 'x\n' });
    const after = await commit({
      'latin.txt': latin,
      'marks.txt': `${before}:latin.txt missing\nabc blob 3\n`,
      'z.txt': 'z',
    });
    const read = await readBetween(before, after);
    expect(Object.fromEntries(read.after)).toEqual({
      'latin.txt': 'caf\ufffd\n',
      'marks.txt': `${before}:latin.txt missing\nabc blob 3\n`,
      'z.txt': 'z',
    });
  });

  it('are there also of a file whose name holds a line break', async () => {
    const before = await commit({ 'q.txt': '1' });
    const after = await commit({ 'q.txt': '2', 'line\nbreak.txt': 'text' });
    const read = await readBetween(before, after);
    expect(Object.fromEntries(read.after)).toEqual({ 'q.txt': '2', 'line\nbreak.txt': 'text' });
    expect(Object.fromEntries(read.before)).toEqual({ 'q.txt': '1' });
  });

  it('are left out of what is no file: the rest is read', async () => {
    const before = await commit({ 'r.txt': '1' });
    await git(['update-index', '--add', '--cacheinfo', `160000,${before},module`], {
      gitDir,
      workTree: join(folder, 'tree'),
    });
    await writeFile(join(folder, 'tree/r.txt'), '2');
    const here = { gitDir, workTree: join(folder, 'tree'), cwd: join(folder, 'tree') };
    await git(['commit', '--quiet', '-m', 'x', 'r.txt'], here);
    await git(['commit', '--quiet', '--allow-empty', '-m', 'x'], here);
    const after = (await git(['rev-parse', 'HEAD'], here)).trim();
    const read = await readBetween(before, after);
    expect(Object.fromEntries(read.after)).toEqual({ 'r.txt': '2' });
  });
});
