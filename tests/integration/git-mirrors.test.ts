import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { createMirrors, repositorySizeBytes, type Mirrors } from '../../activities/git/mirror.ts';
import { readFileAt } from '../../activities/git/read-files.ts';
import { commitAll, createTestGit, userGit, type TestGit } from '../support/git.ts';

let test: TestGit;
let mirrors: Mirrors;
let repository: string;
let count = 0;

beforeAll(async () => {
  test = await createTestGit();
});

beforeEach(async () => {
  count += 1;
  mirrors = createMirrors(test.git, join(test.folder, `mirrors-${count}`));
  repository = await test.makeRepository(`repository-${count}`);
});

afterAll(() => test.remove());

async function commitFile(text: string): Promise<string> {
  await writeFile(join(repository, 'a.txt'), text);
  return commitAll(repository);
}

const objectsIn = (mirror: string) =>
  Number(/^(?:count): (\d+)/m.exec(userGit(mirror, 'count-objects', '-v'))?.[1]) + packedIn(mirror);
const packedIn = (mirror: string) => Number(/^in-pack: (\d+)/m.exec(userGit(mirror, 'count-objects', '-v'))?.[1]);

describe('a mirror', () => {
  it('brings only what is new when it is refreshed', async () => {
    await commitFile('x'.repeat(1_000));
    const mirror = await mirrors.refresh(repository);
    const before = objectsIn(mirror);
    const next = await commitFile('next');
    expect(await mirrors.refresh(repository)).toBe(mirror);
    // A commit, its tree and one file.
    expect(objectsIn(mirror) - before).toBe(3);
    expect(await readFileAt(test.git, mirror, `${next}:a.txt`)).toBe('next');
    expect(await readFileAt(test.git, mirror, `${next}:gone.txt`)).toBeUndefined();
    expect(await repositorySizeBytes(test.git, mirror)).toBeGreaterThan(0);
  });

  it('keeps nothing of a fetch that was killed', async () => {
    await commitFile('first');
    const mirror = await mirrors.refresh(repository);
    const packs = join(mirror, 'objects', 'pack');
    await writeFile(join(packs, 'tmp_pack_A1b2C3'), 'half a pack');
    await mirrors.refresh(repository);
    expect((await readdir(packs)).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  it('follows a branch that was rewritten or removed', async () => {
    await commitFile('first');
    userGit(repository, 'branch', 'old');
    const mirror = await mirrors.refresh(repository);
    userGit(repository, 'branch', '--delete', 'old');
    userGit(repository, 'commit', '--quiet', '--amend', '--allow-empty', '--message', 'Rewritten');
    await mirrors.refresh(repository);
    expect(userGit(mirror, 'rev-parse', 'refs/heads/main')).toBe(userGit(repository, 'rev-parse', 'HEAD'));
    expect(userGit(mirror, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it('is whole when many ask for it at once, for the first time and later', async () => {
    const commit = await commitFile('shared');
    const first = await Promise.all(Array.from({ length: 6 }, () => mirrors.refresh(repository)));
    expect(new Set(first).size).toBe(1);
    const next = await commitFile('shared again');
    await Promise.all([
      ...Array.from({ length: 4 }, () => mirrors.refresh(repository)),
      mirrors.withCommit(repository, next),
    ]);
    for (const one of [commit, next]) expect(await readFileAt(test.git, first[0]!, `${one}:a.txt`)).toBeDefined();
    expect(userGit(first[0]!, 'fsck', '--no-dangling', '--no-progress')).toBe('');
  });

  it('is asked for a commit without the network when it has it', async () => {
    const commit = await commitFile('here');
    const mirror = await mirrors.refresh(repository);
    await rm(repository, { recursive: true });
    expect(await mirrors.withCommit(repository, commit)).toBe(mirror);
    await expect(mirrors.withCommit(repository, 'f'.repeat(40))).rejects.toMatchObject({
      code: 'repository-unreachable',
    });
  });

  it.each([
    ['all of it', (mirror: string) => rm(mirror, { recursive: true })],
    ['its objects', (mirror: string) => rm(join(mirror, 'objects'), { recursive: true })],
  ])('has a commit again that it had when somebody removed %s', async (_what, remove) => {
    const commit = await commitFile('kept');
    const mirror = await mirrors.refresh(repository);
    for (let times = 0; times < 2; times += 1) expect(await mirrors.withCommit(repository, commit)).toBe(mirror);
    await remove(mirror);
    expect(await mirrors.withCommit(repository, commit)).toBe(mirror);
    expect(await readFileAt(test.git, mirror, `${commit}:a.txt`)).toBe('kept');
  });

  it.each([
    ['without its settings', (mirror: string) => rm(join(mirror, 'config'))],
    ['without HEAD', (mirror: string) => rm(join(mirror, 'HEAD'))],
    ['with a HEAD of nonsense', (mirror: string) => writeFile(join(mirror, 'HEAD'), 'nonsense')],
    ['without objects', (mirror: string) => rm(join(mirror, 'objects'), { recursive: true })],
    ['with the lock of a killed fetch', (mirror: string) => writeFile(join(mirror, 'packed-refs.lock'), '')],
    ['with the lock of a branch', (mirror: string) => writeFile(join(mirror, 'refs/heads/main.lock'), '')],
  ])('is mended by the next refresh when it is found %s', async (_what, damage) => {
    await commitFile('one');
    const mirror = await mirrors.refresh(repository);
    await damage(mirror);
    const commit = await commitFile('two');
    await mirrors.refresh(repository);
    expect(await readFileAt(test.git, mirror, `${commit}:a.txt`)).toBe('two');
    expect(await readdir(join(mirror, '..'))).toHaveLength(1);
  });

  it('of a repository that is not there is refused with the address and what to do', async () => {
    await expect(mirrors.refresh('/nowhere/at/all')).rejects.toMatchObject({
      code: 'repository-unreachable',
      message: expect.stringMatching(/\/nowhere\/at\/all cannot be cloned: .+ Check the address/),
    });
  });

  it.each(['ext::sh -c true', '--upload-pack=true'])(
    'never runs a program that an address names: %s',
    async (location) => {
      await expect(mirrors.refresh(location)).rejects.toMatchObject({ code: 'repository-unreachable' });
    },
  );
});
