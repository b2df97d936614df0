import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bundledNodePath } from '../../tools/node-runtime.mjs';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { operatorToken } from '../support/operator.ts';
import { callApi } from '../support/orders.ts';
import { git, greeterFiles, makeRepository } from '../support/repositories.ts';
import { compileCache, projectRoot } from '../support/stack-parts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

let stack: TestStack;
const repositories = { clean: '', dirty: '', unproven: '', empty: '' };

beforeAll(async () => {
  // For the first worker no disk has room enough; none of them takes a large repository.
  const environment = { RATCHET_DISK_FREE_MIN_MB: '999999999', RATCHET_REPOSITORY_SIZE_MAX_MB: '1' };
  stack = await startTestStack({ environment });
  const folder = join(stack.stateDirectory, 'repositories');
  repositories.clean = await makeRepository(join(folder, 'clean'));
  repositories.dirty = await makeRepository(join(folder, 'dirty'));
  await writeFile(join(repositories.dirty, 'src/greet.js'), 'half done\n');
  repositories.unproven = await makeRepository(join(folder, 'unproven'), { 'README.md': 'Words alone.\n' });
  repositories.empty = join(folder, 'empty');
  await git(stack.stateDirectory, 'init', '--quiet', '--bare', repositories.empty);
});

afterAll(() => stack.close());

interface Order {
  repository: string;
  description: string;
  baseBranch: string;
  file: string;
}

interface Refusal {
  code: string;
  status: number;
  /** Stands in the one sentence that API and command line give. */
  sentence: RegExp;
}

const invalid = { code: 'validation-failed', status: 422 };
const unreachable = { code: 'repository-unreachable', status: 422 };

const badOrders: readonly (readonly [what: string, change: () => Partial<Order>, refusal: Refusal])[] = [
  [
    'a repository that is not there',
    () => ({ repository: '/nowhere/at/all' }),
    { ...unreachable, sentence: /^The repository \/nowhere\/at\/all cannot be cloned: there is no such folder\./ },
  ],
  [
    'a server that does not answer',
    () => ({ repository: 'https://127.0.0.1:1/x.git' }),
    { ...unreachable, sentence: /^The repository https:\/\/127\.0\.0\.1:1\/x\.git cannot be cloned: .*connect/ },
  ],
  [
    'a scheme that nobody knows',
    () => ({ repository: 'gopher://127.0.0.1/x' }),
    { ...invalid, sentence: /^repository must be a URL of https, http, ssh, git or file, or an absolute path\.$/ },
  ],
  [
    'a scheme that would run a program',
    () => ({ repository: 'ext::sh -c whoami' }),
    { ...invalid, sentence: /^repository must be a URL of https, http, ssh, git or file, or an absolute path\.$/ },
  ],
  [
    'a repository without a commit',
    () => ({ repository: repositories.empty }),
    { code: 'repository-empty', status: 422, sentence: /has no branch with a commit\. Push a first commit to it\.$/ },
  ],
  [
    'a base branch that is not there',
    () => ({ baseBranch: 'release' }),
    { code: 'base-branch-unknown', status: 422, sentence: /has no branch "release"\. Its branches: main\.$/ },
  ],
  [
    'an empty description',
    () => ({ description: '' }),
    { ...invalid, sentence: /^description must not be empty: the description is needed\.$/ },
  ],
  [
    'a description of 100 kB',
    () => ({ description: 'word '.repeat(20_000) }),
    { ...invalid, sentence: /^description must have at most 20000 characters\.$/ },
  ],
  [
    'a path above the repository',
    () => ({ file: '../x' }),
    { ...invalid, sentence: /"\.\.\/x" is not inside the repository\.$/ },
  ],
  [
    'a path of the machine',
    () => ({ file: '/etc/passwd' }),
    { ...invalid, sentence: /"\/etc\/passwd" is not inside the repository\.$/ },
  ],
  [
    "a path of git's own",
    () => ({ file: '.git/config' }),
    { ...invalid, sentence: /"\.git\/config" is one of git's own files\.$/ },
  ],
  [
    'a repository that brings no gate',
    () => ({ repository: repositories.unproven }),
    {
      code: 'repository-without-gates',
      status: 422,
      sentence: /can prove a change: no compile, lint or test command was found .* Add a test command/,
    },
  ],
  [
    'a repository with uncommitted changes',
    () => ({ repository: repositories.dirty }),
    {
      code: 'repository-dirty',
      status: 422,
      sentence: /has uncommitted changes in 1 file \(such as src\/greet\.js\)\. .*--allow-dirty/,
    },
  ],
];

describe('an order that cannot be worked on is refused with one sentence and leaves nothing behind', () => {
  it('too little disk space', async () => {
    await expectRefused(
      {},
      { code: 'disk-full', status: 507, sentence: /^Only \d+ MB are free in .*; an attempt needs 999999999 MB\. Free/ },
    );
    await stack.stopWorker();
    await stack.startWorker({ RATCHET_DISK_FREE_MIN_MB: '1' });
  });

  it.each(badOrders)('%s', async (_what, change, refusal) => {
    await expectRefused(change(), refusal);
  });

  it('a repository that is larger than the limit', async () => {
    const repository = join(stack.stateDirectory, 'repositories/huge');
    // Random, so that git can't make it small.
    await makeRepository(repository, { ...greeterFiles, 'data.txt': randomBytes(1_500_000).toString('base64') });
    await expectRefused(
      { repository },
      {
        code: 'repository-too-large',
        status: 422,
        sentence: /^The repository has 2 MB of history; the limit is 1 MB\. Raise RATCHET_REPOSITORY_SIZE_MAX_MB/,
      },
    );
    await expectRefused(
      { repository: `file://${repository}` },
      { code: 'repository-too-large', status: 422, sentence: /the limit is 1 MB/ },
    );
  });
});

it('a repository with uncommitted changes is accepted by --allow-dirty, and they are left alone', async () => {
  const flags = { '--repository': repositories.dirty, '--allow-dirty': true } as const;
  const made = await createByCommandLine('A change.', flags);
  expect(made.exitCode, made.stderr).toBe(0);
  const [order, ...more] = await stack.database.workOrder.findMany();
  expect(more).toEqual([]);
  expect(order?.baseCommit).toBe((await git(repositories.dirty, 'rev-parse', 'HEAD')).trim());
  expect(await readFile(join(repositories.dirty, 'src/greet.js'), 'utf8')).toBe('half done\n');
});

/** Creates an order through the API and through the command line; both must refuse it with the same sentence. */
async function expectRefused(change: Partial<Order>, { code, status, sentence }: Refusal): Promise<void> {
  const order = { repository: repositories.clean, description: 'A change.', ...change };
  const { repository, description, baseBranch, file } = order;
  const criteria = [{ text: 'It is changed.' }];
  const { contentType, ...answer } = await callApi(stack, '/work-orders', {
    body: {
      ...{ title: 'Change something', acceptanceCriteria: criteria, repository, description, baseBranch },
      ...(file === undefined ? {} : { filesInScope: [file] }),
    },
  });
  expect(contentType).toMatch(/^application\/problem\+json/);
  expect(answer).toMatchObject({ status, body: { status, code, detail: expect.stringMatching(sentence) } });
  const { detail } = answer.body as { detail: string };
  const flags = { '--repository': repository, '--base': baseBranch, '--file': file };
  const printed = await createByCommandLine(description, flags);
  expect(withoutMeasures(printed.stderr).endsWith(withoutMeasures(`${detail}\n`)), printed.stderr).toBe(true);
  expect(printed.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(printed.stdout).toBe('');
  expect(printed.exitCode).toBe(code === 'validation-failed' ? 2 : 1);
  await expectNothingLeft();
}

/** What is free on a disk changes between two calls, and so do the milliseconds that git waited for a server. */
function withoutMeasures(sentence: string): string {
  return sentence.replace(/^(.*Only )\d+( MB are free)/m, '$1some$2').replace(/ after \d+ ms: /, ' after some time: ');
}

async function expectNothingLeft(): Promise<void> {
  expect(await stack.database.workOrder.count()).toBe(0);
  expect(await stack.database.repository.count()).toBe(0);
  expect(await stack.database.idempotencyKey.count()).toBe(0);
  expect(await readdir(join(stack.stateDirectory, 'workspaces'))).toEqual([]);
  // Temporal's list learns of an end a moment later.
  await waitFor('end of all runs', async () => {
    const running = await stack.temporal.workflow.count("ExecutionStatus = 'Running'");
    return running.count === 0;
  });
}

async function createByCommandLine(description: string, flags: Record<string, string | true | undefined>) {
  const given = Object.entries(flags).filter((flag): flag is [string, string | true] => flag[1] !== undefined);
  const words = given.flatMap(([name, value]) => (value === true ? [name] : [name, value]));
  // The description comes by standard input: 100 kB are too long for an argument on some systems.
  const fixed = ['--title', 'Change something', '--criterion', 'It is changed.', '--description', '-'];
  return runGuarded({
    command: bundledNodePath(projectRoot),
    args: [join(projectRoot, 'cli/main.ts'), 'order', 'create', ...fixed, ...words],
    cwd: stack.stateDirectory,
    env: {
      RATCHET_API_URL: stack.apiUrl,
      RATCHET_API_TOKEN: operatorToken,
      NODE_COMPILE_CACHE: compileCache,
      HOME: stack.stateDirectory,
      PATH: '/usr/bin:/bin',
    },
    stdin: { text: description },
  });
}
