import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { defaultPolicy } from '../../domain/work-orders/policy.ts';
import { readPolicy } from '../../worker/read-policy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-policy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readText(text: string) {
  const path = join(folder, 'policy.yml');
  await writeFile(path, text);
  return readPolicy(path);
}
const read = (values: object) => readText(stringify(values));
/** What a policy that must be refused is refused with. */
const refusal = (policy: Promise<unknown>) =>
  policy.then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );

describe('the policy of a worker', () => {
  it('is the default where no file is named', async () => {
    expect(await readPolicy(undefined)).toBe(defaultPolicy);
  });

  it('changes what the file names and keeps all else, inside groups as well', async () => {
    const policy = await read({ attemptsMax: 2, gateTimeoutMs: { test: 60_000 }, admission: { perModelMax: 3 } });
    expect(policy).toEqual({
      ...defaultPolicy,
      attemptsMax: 2,
      gateTimeoutMs: { ...defaultPolicy.gateTimeoutMs, test: 60_000 },
      admission: { ...defaultPolicy.admission, perModelMax: 3 },
      version: policy.version,
    });
  });

  it('has a version that names its content: another for other numbers, the same for the same', async () => {
    const versions: string[] = [];
    for (const text of [
      'attemptsMax: 2\nrepairRoundsMax: 1\n',
      '# a note\nrepairRoundsMax: 1\nattemptsMax: 2\n',
      'attemptsMax: 2\nrepairRoundsMax: 0\n',
      'attemptsMax: 3\n',
    ]) {
      versions.push((await readText(text)).version);
    }
    expect(versions[1]).toBe(versions[0]);
    expect(new Set([defaultPolicy.version, ...versions]).size).toBe(4);
    for (const version of versions) expect(version).toMatch(new RegExp(`^${defaultPolicy.version}\\+[0-9a-f]{8}$`));
  });

  it('takes limits of money in dollars and keeps those that are not named', async () => {
    const { budget } = await read({ budget: { dayKillUsd: 75.5 } });
    expect(budget).toEqual({ ...defaultPolicy.budget, dayKillUsdMicros: 75_500_000 });
  });

  it('may be empty', async () => {
    const { version, ...rest } = await readText('# nothing yet\n');
    const { version: _own, ...defaults } = defaultPolicy;
    expect(rest).toEqual(defaults);
    expect(version).toContain(defaultPolicy.version);
  });

  it.each([
    ['attemptsMax', { attemptsMax: 0 }],
    ['attemptsMax', { attemptsMax: 11 }],
    ['attemptsMax', { attemptsMax: 1.5 }],
    ['attemptsMax', { attemptsMax: '3' }],
    ['repairRoundsMax', { repairRoundsMax: -1 }],
    ['refinementCyclesMax', { refinementCyclesMax: 4 }],
    ['gateTimeoutMs.test', { gateTimeoutMs: { test: 999 } }],
    ['editTimeoutMs', { editTimeoutMs: 26 * 60_000 }],
    ['acceptanceScoreMin', { acceptanceScoreMin: 11 }],
    ['costOverEstimateMax', { costOverEstimateMax: 0.5 }],
    ['admission.perRepositoryMax', { admission: { perRepositoryMax: 0 } }],
    ['dependencyRule', { dependencyRule: 'done' }],
    ['attempsMax', { attempsMax: 3 }],
    ['version', { version: 'mine' }],
    ['budget.dayHardUsd', { budget: { dayHardUsd: -1 } }],
    ['the daily limits must rise', { budget: { daySoftUsd: 60 } }],
    ['the daily limits must rise', { budget: { dayKillUsd: 50 } }],
    ['the target of the month', { budget: { monthTargetUsd: 1_000 } }],
  ])('is refused for a wrong %s, with the file, the place and what to do: %j', async (place, values) => {
    const message = await refusal(read(values));
    expect(message).toContain(join(folder, 'policy.yml'));
    expect(message).toContain(place);
    expect(message).toMatch(/Correct it, or unset RATCHET_POLICY_FILE\.$/);
  });

  it('is refused in one sentence on one line, however many numbers are wrong', async () => {
    for (const values of [{ attemptsMax: 0 }, { attemptsMax: 0, diffFilesMax: 0 }]) {
      expect(await refusal(read(values))).not.toMatch(/[\r\n]/);
    }
  });

  it.each(['complexityWeights', 'acceptanceWeights'] as const)(
    'takes %s only when all are there and sum to 1',
    async (name) => {
      const weights: Record<string, number> = { ...defaultPolicy[name] };
      const [first = '', second = '', third = ''] = Object.keys(weights);
      const moved = { ...weights, [first]: weights[first]! + 0.05, [second]: weights[second]! - 0.05 };
      expect((await read({ [name]: moved }))[name]).toEqual(moved);
      expect(await refusal(read({ [name]: { ...weights, [first]: weights[first]! + 0.05 } }))).toContain(
        'must sum to 1',
      );
      expect(await refusal(read({ [name]: { ...weights, [first]: -0.1 } }))).toContain(first);
      const { [third]: _left, ...others } = weights;
      expect(await refusal(read({ [name]: others }))).toContain(third);
      expect(await refusal(read({ [name]: { ...weights, luck: 0 } }))).toContain('luck');
    },
  );

  it.each([
    ['is not YAML', 'attemptsMax: [1'],
    ['holds a list', '- attemptsMax'],
    ['holds a word', 'strict'],
  ])('that %s is refused with the name of the file and what to do', async (_what, text) => {
    expect(await refusal(readText(text))).toMatch(
      /The policy file .+policy\.yml can't be used: [^]+RATCHET_POLICY_FILE/,
    );
  });

  it('that is not there is refused with the name of the file and what to do', async () => {
    const path = join(folder, 'gone.yml');
    const message = await refusal(readPolicy(path));
    expect(message).toContain(path);
    expect(message).toContain('RATCHET_POLICY_FILE');
  });
});
