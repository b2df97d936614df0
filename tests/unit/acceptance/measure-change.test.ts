import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { measureChange } from '../../../activities/acceptance/measure-change.ts';
import { createGit } from '../../../activities/git/git-command.ts';
import { readChangedTexts } from '../../../activities/guards/changed-texts.ts';
import type { ContainedCommand } from '../../../activities/sandbox/containment.ts';
import { parseUnifiedDiff } from '../../../domain/text/unified-diff.ts';

let folder: string;
let gitDir: string;
let commits: string[];
const git = createGit({ searchPath: '/usr/local/bin:/usr/bin:/bin', home: '/nonexistent', redact: (text) => text });

async function commit(files: Record<string, string>): Promise<string> {
  const tree = join(folder, 'tree');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const here = { gitDir, workTree: tree, cwd: tree };
  await git(['add', '--all', '--', '.'], here);
  await git(['commit', '--quiet', '--allow-empty', '-m', 'x'], here);
  return (await git(['rev-parse', 'HEAD'], here)).trim();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-measure-'));
  gitDir = join(folder, 'git');
  await mkdir(join(folder, 'tree'));
  await mkdir(join(folder, 'home'));
  await git(['init', '--quiet', '--bare', gitDir]);
  commits = [
    await commit({ 'src/a.ts': "import { b } from './b';\n", 'src/b.ts': 'export const b = 1;\n', 'x.md': 'x\n' }),
    await commit({ 'src/b.ts': "import './a';\n// TODO: more\nexport const b = 1;\n", 'x.md': 'y\n' }),
  ];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Measures the second commit; the program that counts is a stand-in that answers with this. */
async function measure(answer: { output: string; exitCode?: number } | null) {
  const commands: (ContainedCommand & { seen: string[] })[] = [];
  const [baseCommit = '', head = ''] = commits;
  const run = async (command: ContainedCommand) => {
    commands.push({ ...command, seen: (await readdir(command.cwd)).sort() });
    return { exitCode: 0, timedOut: false, aborted: false, durationMs: 1, output: '', ...answer };
  };
  const lizardPath = answer === null ? undefined : join(folder, 'tree/x.md');
  const changes = parseUnifiedDiff(await git(['diff', baseCommit, head], { gitDir }));
  const measurements = await measureChange(
    { git, gates: { containment: { sandboxed: true, run }, searchPath: '/usr/bin' }, lizardPath },
    {
      workspace: { tree: join(folder, 'tree'), gitDir, home: join(folder, 'home'), mirrorObjects: '', baseCommit },
      baseCommit,
      commit: head,
      changes,
      texts: await readChangedTexts(git, gitDir, { baseCommit, commit: head, changes }),
      signal: new AbortController().signal,
    },
  );
  return { measurements, commands };
}

describe('measuring a change', () => {
  it('tells lines of both versions, new cycles through files that were not touched, TODO lines, tests, behaviour', async () => {
    const { measurements, commands } = await measure(null);
    expect(measurements).toMatchObject({
      newImportCycles: [['src/a.ts', 'src/b.ts']],
      newTodoLines: 1,
      testsTouched: false,
      behaviourChanged: true,
    });
    expect(measurements.files).toEqual([
      { path: 'src/b.ts', linesBefore: 1, linesAfter: 3, complexityBefore: null, complexityAfter: null },
      { path: 'x.md', linesBefore: 1, linesAfter: 1, complexityBefore: 0, complexityAfter: 0 },
    ]);
    expect(measurements.complexityNote).toContain('is not on this machine');
    expect(commands).toEqual([]);
  });

  it('takes the most complex function of each version, counted without network on numbered copies', async () => {
    const rows = [
      '9,4,9,0,9,"f@1-9@0001.ts","0001.ts","f","f ( )",1,9',
      '9,7,9,0,9,"g@1-9@0001.ts","0001.ts","g","g",1,9',
    ];
    const { measurements, commands } = await measure({ output: rows.join('\n') });
    expect(measurements.files[0]).toMatchObject({ complexityBefore: 0, complexityAfter: 7 });
    const [command] = commands;
    expect(command).toMatchObject({ network: false, cwd: join(folder, 'home/acceptance') });
    expect(command!.writable).toEqual([command!.cwd]);
    expect(command!.seen).toEqual(['0000.ts', '0001.ts']);
    expect(await readdir(join(folder, 'home'))).toEqual([]);
  });

  it('is unknown and says so when the program fails', async () => {
    const { measurements } = await measure({ output: 'Traceback', exitCode: 1 });
    expect(measurements.files[0]).toMatchObject({ complexityBefore: null, complexityAfter: null });
    expect(measurements.complexityNote).toContain('exit code 1');
  });
});
