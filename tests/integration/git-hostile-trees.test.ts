import { access, chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMirrors } from '../../activities/git/mirror.ts';
import { openWorkspace, takeCheckpoint, type Workspace } from '../../activities/git/workspace.ts';
import { commitAll, createTestGit, requestFor, userGit, type TestGit } from '../support/git.ts';

let test: TestGit;
let trap: string;
let sprung: string;

beforeAll(async () => {
  test = await createTestGit();
  sprung = join(test.folder, 'sprung');
  trap = join(test.folder, 'trap.sh');
  await writeFile(trap, `#!/bin/sh\necho "$0 $*" >> '${sprung}'\ncat\n`);
  await chmod(trap, 0o755);
});

afterAll(() => test.remove());

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Settings with which a git that reads them would start the trap. */
const settings = () => `[core]
\trepositoryformatversion = 0
\thooksPath = ${join(test.folder, 'hooks')}
\tfsmonitor = ${trap}
\tpager = ${trap}
\tsshCommand = ${trap}
\tattributesFile = ${join(test.folder, 'attributes')}
[filter "trap"]
\tclean = ${trap}
\tsmudge = ${trap}
\tprocess = ${trap}
\trequired = true
[diff "trap"]
\ttextconv = ${trap}
\tcommand = ${trap}
[merge "trap"]
\tdriver = ${trap}
[diff]
\texternal = ${trap}
[gpg]
\tprogram = ${trap}
[commit]
\tgpgSign = true
`;

async function plantHooks(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const hook of ['pre-commit', 'post-checkout', 'post-index-change', 'reference-transaction', 'post-rewrite']) {
    await writeFile(join(folder, hook), `#!/bin/sh\necho ${hook} >> '${sprung}'\n`);
    await chmod(join(folder, hook), 0o755);
  }
}

async function plantTraps(workspace: Workspace): Promise<void> {
  const decoy = join(workspace.tree, '.git');
  await plantHooks(join(decoy, 'hooks'));
  await plantHooks(join(test.folder, 'hooks'));
  await writeFile(join(decoy, 'config'), settings());
  await writeFile(join(test.folder, 'attributes'), '* filter=trap diff=trap merge=trap\n');
  await mkdir(join(decoy, 'info'), { recursive: true });
  await writeFile(join(decoy, 'info/attributes'), '* filter=trap diff=trap merge=trap\n');
  await writeFile(join(workspace.tree, '.gitattributes'), '* filter=trap diff=trap merge=trap\n');
  await writeFile(
    join(workspace.tree, '.gitmodules'),
    `[submodule "x"]\n\tpath = x\n\turl = ext::${trap}\n\tupdate = !${trap}\n`,
  );
  await writeFile(join(workspace.home, '.gitconfig'), settings());
}

describe('a tree that wants to run something', () => {
  it('would: the traps are sprung by a git that reads the settings beside the tree', async () => {
    const repository = await test.makeRepository('victim');
    await writeFile(join(repository, '.git/config'), settings());
    await writeFile(join(repository, '.gitattributes'), '* filter=trap\n');
    await writeFile(join(repository, 'a.txt'), 'x');
    expect(() => commitAll(repository)).toThrow();
    expect(await exists(sprung)).toBe(true);
    await rm(sprung);
  });

  it('runs nothing while its checkpoint is taken, and while it is opened again, on this machine and on another', async () => {
    const repository = await test.makeRepository('shop');
    await writeFile(join(repository, 'a.txt'), 'one\n');
    const base = commitAll(repository);
    const mirror = await createMirrors(test.git, join(test.folder, 'mirrors')).refresh(repository);
    const folder = join(test.folder, 'workspaces');
    const request = requestFor(mirror, base);
    const workspace = await openWorkspace(test.git, folder, request);
    await plantTraps(workspace);
    await writeFile(join(workspace.tree, 'a.txt'), 'two\n');
    const taken = await takeCheckpoint(test.git, workspace, 'Traps');
    expect(taken.diffStat.files).toBe(3);
    const later = { ...request, commit: taken.commit, bundle: taken.bundle };
    await plantTraps(await openWorkspace(test.git, folder, later));
    await openWorkspace(test.git, folder, later);
    await openWorkspace(test.git, join(test.folder, 'elsewhere'), later);
    expect(await exists(sprung)).toBe(false);
    expect((await takeCheckpoint(test.git, workspace, 'Again')).commit).toBe(taken.commit);
  });

  it('changes no ref of ours by writing into its decoy', async () => {
    const repository = await test.makeRepository('refs');
    const base = commitAll(repository);
    const mirror = await createMirrors(test.git, join(test.folder, 'mirrors')).refresh(repository);
    const workspace = await openWorkspace(test.git, join(test.folder, 'refs-workspaces'), requestFor(mirror, base));
    await writeFile(join(workspace.tree, 'a.txt'), 'x');
    const before = userGit(mirror, 'for-each-ref');
    const made = commitAll(workspace.tree, 'By the editor');
    expect(made).not.toBe(base);
    expect((await test.git(['rev-parse', 'HEAD'], { gitDir: workspace.gitDir })).trim()).toBe(base);
    expect(userGit(mirror, 'for-each-ref')).toBe(before);
    const taken = await takeCheckpoint(test.git, workspace, 'Ours');
    expect(taken.diffStat).toEqual({ files: 1, added: 1, removed: 0 });
    expect((await test.git(['rev-parse', `${taken.commit}^`], { gitDir: workspace.gitDir })).trim()).toBe(base);
  });

  it('brings a submodule as the entry that it is, without fetching it', async () => {
    const inner = await test.makeRepository('inner');
    const outer = await test.makeRepository('outer');
    userGit(outer, 'submodule', '--quiet', 'add', inner, 'lib');
    const base = commitAll(outer);
    const mirror = await createMirrors(test.git, join(test.folder, 'mirrors')).refresh(outer);
    const workspace = await openWorkspace(test.git, join(test.folder, 'sub-workspaces'), requestFor(mirror, base));
    expect(await exists(join(workspace.tree, 'lib/.git'))).toBe(false);
    await writeFile(join(workspace.tree, 'b.txt'), 'b\n');
    const taken = await takeCheckpoint(test.git, workspace, 'Beside a submodule');
    expect(taken.diffStat).toEqual({ files: 1, added: 1, removed: 0 });
  });
});
