import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { entryFolder } from '../../tools/cache.mjs';
import { lizardRow } from '../../tools/doctor-lizard.mjs';
import { LIZARD_VERSION } from '../../tools/lizard.mjs';
import { ensurePythonProgram, findPythonProgram, type PythonProgram } from '../../tools/python-environment.mjs';
import { askProgram } from '../../tools/find-program.mjs';
import { createScratchFolder } from './scratch.ts';

/** An installer that makes a program in the folder, which says which version it is, and writes down that it was called. */
const installer = `#!/bin/sh
echo "$@" >> "$CALLS"
[ "$1" != --no-cache ] || shift
case "$1" in
  --version) echo 'uv 1.2.3' ;;
  venv)
    for folder; do :; done
    mkdir -p "$folder/bin" "$folder/lib/python3.12"
    ln -s "$INTERPRETER" "$folder/bin/python" ;;
  pip)
    [ -z "$BROKEN" ] || { echo 'no matching distribution' >&2; exit 1; }
    printf '#!/bin/sh\\necho %s\\n' "$SAYS" > "$(dirname "$5")/meter" && chmod +x "$(dirname "$5")/meter" ;;
esac
`;

/** A Python whose environments hold a Python and a pip like it; pip gets the installer above, or the program itself. */
const python = `#!/bin/sh
echo "python $@" >> "$CALLS"
here=$(dirname "$0")
case "$*" in
  -c*) echo 3.12.1 ;;
  '-m venv'*) for folder; do :; done; rm -rf "$folder"; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
  '-m pip config list') echo "$PIP_SETTINGS" ;;
  *' uv=='*) [ -z "$NO_UV" ] || { echo 'no wheel for this platform' >&2; exit 1; }; cp "$UV" "$here/uv" ;;
  *) printf '#!/bin/sh\\necho %s\\n' "$SAYS" > "$here/meter" && chmod +x "$here/meter" ;;
esac
`;

const wanted: PythonProgram = {
  ...{ part: 'meter', program: 'meter', requirement: 'meter', version: '1.0.0', name: 'Meter' },
  ...{ loss: 'nothing is measured', remedy: 'set METER_PATH', needs: 'the network' },
  async readVersion(path) {
    return (await askProgram(path, ['--version'])).output;
  },
};

let scratch: ReturnType<typeof createScratchFolder>;
let calls: string;

beforeEach(() => {
  scratch = createScratchFolder();
  calls = join(scratch.path, 'calls');
  const programs = join(scratch.path, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'uv'), installer);
  chmodSync(join(programs, 'uv'), 0o755);
  vi.stubEnv('PATH', `${programs}:/usr/bin:/bin`);
  vi.stubEnv('RATCHET_CACHE', join(scratch.path, 'cache'));
  vi.stubEnv('CALLS', calls);
  vi.stubEnv('SAYS', '1.0.0');
  vi.stubEnv('INTERPRETER', makeInterpreter('python3.12'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  scratch.remove();
});

const ignore = () => undefined;

/** What an environment borrows from the machine. */
function makeInterpreter(name: string): string {
  const path = join(scratch.path, name);
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  return path;
}

/** What lies in the cache; locks come and go. */
function entries(): string[] {
  const cache = join(scratch.path, 'cache');
  return existsSync(cache) ? readdirSync(cache).filter((name) => !name.includes('.lock')) : [];
}

describe('a program of a Python package', () => {
  it('is installed once, in exactly that version, however many ask at the same time', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => ensurePythonProgram(wanted, ignore)));
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(asked.map(({ path }) => path))).toEqual(new Set([findPythonProgram(wanted)]));
    const installations = readFileSync(calls, 'utf8').match(/^pip install .*meter==1\.0\.0$/gm);
    expect(installations).toHaveLength(1);
  });

  it('is not there before, and another version of it neither', async () => {
    expect(findPythonProgram(wanted)).toBeUndefined();
    await ensurePythonProgram(wanted, ignore);
    expect(findPythonProgram({ ...wanted, version: '1.0.1' })).toBeUndefined();
  });

  it('that could not be installed leaves nothing, and the message holds what the installer says', async () => {
    vi.stubEnv('BROKEN', 'yes');
    await expect(ensurePythonProgram(wanted, ignore)).rejects.toThrow(
      /^Meter 1\.0\.0 could not be installed, so nothing is measured: check the network and .*no matching distribution$/,
    );
    expect(entries()).toEqual([]);
  });

  it('that says another version is not used and leaves nothing', async () => {
    vi.stubEnv('SAYS', '0.9.0');
    await expect(ensurePythonProgram(wanted, ignore)).rejects.toThrow(
      'Meter was installed but does not say that it is 1.0.0, so it is not used: start again, or set METER_PATH.',
    );
    expect(entries()).toEqual([]);
  });

  it("can't be had without uv and Python: the message says what it means and what to do", async () => {
    vi.stubEnv('PATH', join(scratch.path, 'empty'));
    await expect(ensurePythonProgram(wanted, ignore)).rejects.toThrow(
      "Meter 1.0.0 can't be installed, because there is neither uv nor Python 3.10 to 3.12, so nothing is measured: install one of them, or set METER_PATH.",
    );
  });
});

describe('a program whose Python was upgraded', () => {
  const upgrades: [string, () => void][] = [
    [
      'is gone',
      () => {
        rmSync(join(scratch.path, 'python3.12'));
      },
    ],
    [
      'is another version now, which does not see the packages',
      () => {
        rmSync(join(scratch.path, 'python3.12'));
        symlinkSync(makeInterpreter('python3.14'), join(scratch.path, 'python3.12'));
      },
    ],
  ];

  it.each(upgrades)('so that it %s counts as not there, and is installed anew once', async (_what, upgrade) => {
    const { path } = await ensurePythonProgram(wanted, ignore);
    upgrade();
    expect(findPythonProgram(wanted)).toBeUndefined();
    vi.stubEnv('INTERPRETER', makeInterpreter('python'));
    const asked = await Promise.all([1, 2, 3].map(() => ensurePythonProgram(wanted, ignore)));
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(findPythonProgram(wanted)).toBe(path);
    expect(entries()).toHaveLength(1);
  });

  it('is not ok for the doctor', async () => {
    vi.stubEnv('LIZARD_PATH', '');
    const environment = entryFolder({ part: 'lizard', version: LIZARD_VERSION });
    mkdirSync(join(environment, 'bin'), { recursive: true });
    for (const name of ['.complete', 'bin/lizard', 'bin/python']) writeFileSync(join(environment, name), '');
    expect(await lizardRow()).toMatchObject({ state: 'ok', from: 'cache' });
    rmSync(join(environment, 'bin', 'python'));
    expect(await lizardRow()).toMatchObject({ state: 'will be installed' });
  });
});

describe('a program of a Python package where there is Python and no uv', () => {
  beforeEach(() => {
    const programs = join(scratch.path, 'programs');
    renameSync(join(programs, 'uv'), join(scratch.path, 'uv'));
    writeFileSync(join(programs, 'python3.12'), python);
    chmodSync(join(programs, 'python3.12'), 0o755);
    vi.stubEnv('UV', join(scratch.path, 'uv'));
  });

  const installationsBy = (installer: RegExp) =>
    readFileSync(calls, 'utf8')
      .split('\n')
      .filter((call) => installer.test(call) && / (?:meter|gauge)==/.test(call));

  it('is installed by a uv of our own, which is got once', async () => {
    await ensurePythonProgram(wanted, ignore);
    await ensurePythonProgram({ ...wanted, part: 'gauge', requirement: 'gauge' }, ignore);
    expect(installationsBy(/^--no-cache pip install/)).toHaveLength(2);
    expect(readFileSync(calls, 'utf8').match(/ uv==/g)).toHaveLength(1);
  });

  it.each([
    ['there is no uv for this platform', 'NO_UV', 'yes'],
    [
      'pip has a registry of its own, which uv would pass over',
      'PIP_SETTINGS',
      "global.index-url='https://example.org'",
    ],
    ['uv does not succeed', 'BROKEN', 'yes'],
  ])('is installed by pip when %s', async (_reason, variable, value) => {
    vi.stubEnv(variable, value);
    const { path } = await ensurePythonProgram(wanted, ignore);
    expect(installationsBy(/^python -m pip install/)).toHaveLength(1);
    expect((await askProgram(path, [])).output).toBe('1.0.0');
  });
});
