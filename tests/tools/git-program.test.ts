import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookForGit } from '../../tools/git-program.mjs';
import { createScratchFolder } from './scratch.ts';

let scratch: ReturnType<typeof createScratchFolder>;

beforeEach(() => {
  scratch = createScratchFolder();
});
afterEach(() => {
  scratch.remove();
});

async function lookForGitThatSays(line: string) {
  writeFileSync(join(scratch.path, 'git'), `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 });
  return lookForGit(scratch.path);
}

describe('the git of the host', () => {
  it('is refused with one sentence when it is too old to merge pull requests', async () => {
    const { version, problem } = await lookForGitThatSays('git version 2.37.7');
    expect(version).toBe('2.37.7');
    expect(problem).toMatch(/is git 2\.37\.7, and .* older than 2\.38\.0, so nothing was started: install a newer git/);
  });

  it('is taken from 2.38 on, whatever a distribution adds to its version', async () => {
    for (const line of ['git version 2.38.0', 'git version 2.39.5 (Apple Git-154)', 'git version 2.51.0.windows.1']) {
      expect(await lookForGitThatSays(line)).not.toHaveProperty('problem');
    }
  });

  it('is asked for with one sentence when there is none, and when what is there is no git', async () => {
    expect((await lookForGit(scratch.path)).problem).toMatch(/^git is not on the PATH, so .*: install git/);
    expect((await lookForGitThatSays('hello')).problem).toContain('git of an unknown version');
  });
});
