import { copyFile, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { locateAider } from '../../activities/aider/aider-program.ts';
import { createContainment, type Containment } from '../../activities/sandbox/containment.ts';
import { checkTarget } from '../../activities/sandbox/outbound-addresses.ts';
import { startOutboundProxy, type OutboundProxy } from '../../activities/sandbox/outbound-proxy.ts';

// A home as people have it: a clone below it, its state below that, and private files everywhere.
let home: string;
let workspace: string;
let searchPath: string;
let outbound: OutboundProxy;
let sandbox: Containment;

const privateFiles = [
  'code/ratchet/.ratchet/postgres-18/password',
  'code/ratchet/.ratchet/workspaces/other/secret.ts',
  'code/other/.env',
  '.cargo/credentials.toml',
  '.docker/config.json',
  '.local/share/keyrings/login',
  '.ssh/id_ed25519',
];

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), text);
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ratchet-test-walls-'));
  for (const path of privateFiles) await put(path, 'private');
  await put('.cargo/bin/tool', 'visible');
  const clone = join(home, 'code/ratchet');
  const nodePath = join(clone, 'node_modules/node/bin/node');
  await mkdir(dirname(nodePath), { recursive: true });
  await copyFile(process.execPath, nodePath);
  workspace = join(clone, '.ratchet/workspaces/mine');
  await mkdir(workspace, { recursive: true });
  searchPath = `${dirname(nodePath)}:${join(home, '.cargo/bin')}:/usr/bin:/bin`;
  outbound = await startOutboundProxy({});
  const stateDir = join(clone, '.ratchet');
  sandbox = await createContainment({ mode: 'required', home, searchPath, stateDir, nodePath, outbound });
});

afterAll(async () => {
  await outbound.close();
  await rm(home, { recursive: true, force: true });
});

async function run(script: string, network = false): Promise<string> {
  const result = await sandbox.run({
    command: '/bin/sh',
    args: ['-c', script],
    cwd: workspace,
    env: { PATH: searchPath, HOME: workspace },
    writable: [workspace],
    readable: [],
    network,
    timeoutMs: 30_000,
    signal: new AbortController().signal,
  });
  return result.output;
}

describe('a clone below the home folder', () => {
  it('shows no private file of the home, and none of its own state', async () => {
    expect(await run(`grep -rl private '${home}' 2>/dev/null; cat '${home}/${privateFiles[0] ?? ''}'`)).not.toMatch(
      /^private|\/(?:password|secret\.ts|\.env|credentials\.toml|config\.json|login|id_ed25519)$/m,
    );
  });

  it('keeps the programs of its PATH usable', async () => {
    expect(await run(`node --version; cat '${home}/.cargo/bin/tool'`)).toBe(`${process.version}\nvisible`);
  });
});

describe('inside the sandbox', () => {
  it('nobody has a capability, root included', async () => {
    expect(await run('grep CapEff /proc/self/status')).toMatch(/^CapEff:\s+0+$/m);
  });

  it('no mount is taken away or made writable', async () => {
    const mark = `/etc/ratchet-test-${process.pid}`;
    await run(`umount /home; mount -o remount,rw,bind /; touch ${mark}`);
    await expect(stat(mark)).rejects.toThrow('ENOENT');
  });

  it("neither the kernel's settings nor the machine's password hashes can be had", async () => {
    const words = await run('test -w /proc/sys/kernel/core_pattern && echo writable; cat /etc/shadow; echo done');
    expect(words).not.toContain('writable');
    expect(words).not.toMatch(/^root:/m);
    expect(words).toContain('done');
  });
});

describe('the way out for installing', () => {
  it.each([
    ['127.0.0.1', 80],
    ['localhost', 443],
    ['10.0.0.1', 443],
    ['192.168.1.1', 443],
    ['169.254.169.254', 80],
    ['::1', 443],
    ['::ffff:127.0.0.1', 443],
    ['0x7f000001', 80],
    ['8.8.8.8', 5432],
  ])('refuses %s:%i', async (host, port) => {
    expect(await checkTarget({ host, port }, [])).toEqual(expect.any(String));
  });

  it('lets public addresses pass, on the ports of the web', async () => {
    expect(await checkTarget({ host: '93.184.215.14', port: 443 }, [])).toEqual([expect.anything()]);
  });

  it('lets exactly the registry pass that the user configured', async () => {
    const registry = { host: '127.0.0.1', port: 4873 };
    expect(await checkTarget(registry, [registry])).toEqual([expect.anything()]);
    expect(await checkTarget({ ...registry, port: 4874 }, [registry])).toEqual(expect.any(String));
  });

  it('is the only one: a loopback address is refused by the proxy, and nothing else is there', async () => {
    const asked = `fetch('http://127.0.0.1:4747/livez').then((r) => console.log('status', r.status), () => console.log('unreachable'))`;
    expect(await run(`NODE_USE_ENV_PROXY=1 node -e "${asked}"`, true)).toMatch(/status 403|unreachable/);
  });
});

describe('an editor that was installed elsewhere', () => {
  it('is found behind a link, with the folders that it needs', async () => {
    const venv = join(home, 'venvs/aider');
    await put('venvs/aider/bin/aider', `#!${join(venv, 'bin/python')}\n`);
    await symlink(process.execPath, join(venv, 'bin/python'));
    await mkdir(join(home, '.local/bin'), { recursive: true });
    await symlink(join(venv, 'bin/aider'), join(home, '.local/bin/aider'));
    const found = await locateAider(join(home, '.local/bin/aider'), searchPath);
    expect(found).toMatchObject({ command: join(venv, 'bin/aider'), firstArguments: [] });
    expect(found.readable).not.toContain(join(home, '.local'));
  });

  it('is missed in one sentence', async () => {
    await expect(locateAider(join(home, 'nowhere/aider'), searchPath)).rejects.toThrow(
      /There is no program .* AIDER_PATH/,
    );
  });
});
