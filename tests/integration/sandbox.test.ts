import { execFileSync, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  createContainment,
  type ContainedCommand,
  type ContainedResult,
  type Containment,
  type ContainmentOptions,
} from '../../activities/sandbox/containment.ts';
import { startOutboundProxy, type OutboundProxy } from '../../activities/sandbox/outbound-proxy.ts';
import { readVariable } from '../../tools/environment.mjs';

const searchPath = readVariable('PATH') ?? '';
const isLinux = process.platform === 'linux';

let folder: string;
let stateDir: string;
let workspace: string;
let options: ContainmentOptions;
let outbound: OutboundProxy;
let sandbox: Containment;

beforeAll(async () => {
  // Below /tmp on purpose: the workspace must be seen there although /tmp is hidden.
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-sandbox-'));
  stateDir = join(folder, 'state');
  workspace = join(stateDir, 'workspaces/mine');
  await mkdir(workspace, { recursive: true });
  outbound = await startOutboundProxy({});
  options = { mode: 'auto', home: homedir(), searchPath, stateDir, nodePath: process.execPath, outbound };
  sandbox = await createContainment(options);
});

afterAll(async () => {
  await outbound.close();
  await rm(folder, { recursive: true, force: true });
});

function run(command: string, given: Partial<ContainedCommand> = {}, within = sandbox): Promise<ContainedResult> {
  return within.run({
    command: '/bin/sh',
    args: ['-c', command],
    cwd: workspace,
    env: { PATH: searchPath },
    writable: [workspace],
    readable: [],
    network: false,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...given,
  });
}

/** Tries to reach a port of the loopback from inside. */
function connecting(port: number): string {
  const program = `require('net').connect(${port}, '127.0.0.1').on('connect', () => { console.log('reached'); process.exit() }).on('error', (e) => console.log(e.code))`;
  return `'${process.execPath}' -e "${program}"`;
}

async function listen(target: number | string, onConnection: () => void): Promise<Server> {
  const server = createServer((socket) => {
    onConnection();
    // The client may be gone before it has read this.
    socket.on('error', () => socket.destroy());
    socket.end('hello from the gateway\n');
  });
  await new Promise<void>((resolve) => server.listen(target, resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('the sandbox', () => {
  it('is there on Linux: without bubblewrap nothing below is proven', () => {
    expect(sandbox.sandboxed).toBe(isLinux);
  });

  it('lets no command reach the loopback of this machine, not even where the network is allowed', async () => {
    let connections = 0;
    const server = await listen(0, () => (connections += 1));
    const command = connecting(portOf(server));
    expect((await run(command)).output).toContain('ECONNREFUSED');
    expect(connections).toBe(0);
    expect((await run(command, { network: true })).output).toContain('ECONNREFUSED');
    expect(connections).toBe(0);
    server.close();
  });

  it('gives no network but its own loopback, so that no name is resolved and nothing leaves', async () => {
    const interfaces = await run('ls /proc/self/net >/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1');
    expect(interfaces.output.trim()).toBe('lo');
    const program = `require('dns').lookup('example.org', (e) => console.log(e ? e.code : 'resolved'))`;
    expect((await run(`'${process.execPath}' -e "${program}"`)).output).toMatch(/EAI_AGAIN|ENOTFOUND/);
  });

  it('hides the files of the home, of other workspaces and of /tmp', async () => {
    const home = join(homedir(), `.ratchet-test-secret-${process.pid}`);
    const other = join(stateDir, 'workspaces/other/secret');
    const temporary = join(folder, 'secret');
    await mkdir(join(stateDir, 'workspaces/other'), { recursive: true });
    const hidden = [home, other, temporary];
    for (const path of hidden) await writeFile(path, 'private');
    try {
      for (const path of hidden) {
        const { output, exitCode } = await run(`cat '${path}'`);
        expect(output, path).toContain('No such file');
        expect(exitCode).not.toBe(0);
      }
      expect((await run('ls -A', { cwd: stateDir, writable: [] })).output).toBe('');
    } finally {
      await rm(home);
    }
  });

  it('shows a hidden path that is named as readable, and does not let it be written', async () => {
    const shared = join(stateDir, 'shared');
    await mkdir(shared, { recursive: true });
    await writeFile(join(shared, 'objects'), 'readable');
    const { output } = await run(`cat '${shared}/objects'; echo changed > '${shared}/objects'`, { readable: [shared] });
    expect(output).toContain('readable');
    expect(output).toContain('Read-only file system');
    expect(await readFile(join(shared, 'objects'), 'utf8')).toBe('readable');
  });

  it('lets only the named paths be written', async () => {
    const { output } = await run(
      'echo mine > made; echo x > /etc/ratchet-test; echo x > /usr/ratchet-test; echo x > /tmp/a && echo done',
    );
    expect(await readFile(join(workspace, 'made'), 'utf8')).toBe('mine\n');
    expect(output.match(/Read-only file system/g)).toHaveLength(2);
    // Its /tmp is its own and gone with it.
    expect(output).toContain('done');
    expect(await exists('/tmp/a')).toBe(false);
    expect(await exists('/etc/ratchet-test')).toBe(false);
  });

  it('cannot see or signal the processes of this machine', async () => {
    const { output } = await run(`kill -0 ${process.pid} 2>&1 || echo refused; ls /proc | grep -c '^[0-9]'`);
    expect(output).toContain('refused');
    expect(Number(output.trim().split('\n').at(-1))).toBeLessThan(12);
  });

  it('has exactly the given environment', async () => {
    const { output } = await run('env', { env: { PATH: searchPath, ONLY: 'this' } });
    const names = output
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    // The shells in between add PWD, SHLVL and _ by themselves.
    expect(names.filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? '')).sort()).toEqual([
      'ONLY',
      'PATH',
    ]);
  });

  it('passes connections to the given port on to the Unix socket, and to nothing else', async () => {
    const sockets = await mkdtemp(join(tmpdir(), 'ratchet-socket-'));
    const socketPath = join(sockets, 'gateway');
    let connections = 0;
    const server = await listen(socketPath, () => (connections += 1));
    const program = (port: number) =>
      `require('net').connect(${port}, '127.0.0.1').on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))`;
    const command = `'${process.execPath}' -e "${program(18_080)}"; '${process.execPath}' -e "${program(18_081)}"; exit 7`;
    const result = await run(command, { readable: [sockets], gateway: { socketPath, port: 18_080 } });
    expect(result.output).toContain('hello from the gateway');
    expect(result.output).toContain('ECONNREFUSED');
    expect(result.exitCode).toBe(7);
    expect(connections).toBe(1);
    server.close();
    await rm(sockets, { recursive: true });
  });

  it('keeps the tool chains of the PATH usable, those in the home too', async () => {
    const { output } = await run(`'${process.execPath}' --version; git --version; command -v node git python3 cargo`);
    expect(output).toContain(process.version);
    expect(output).toContain('git version');
    for (const [program, sign] of [
      ['python3', 'Python 3'],
      ['cargo', 'cargo 1'],
      ['go', 'go version'],
    ] as const) {
      const command = `${program} ${program === 'go' ? 'version' : '--version'}`;
      const known = { PATH: searchPath, HOME: workspace, RUSTUP_HOME: join(homedir(), '.rustup') };
      // A tool chain that is not there, or not set up for this home, works no better outside.
      if (!worksOutside(command, known)) continue;
      expect((await run(command, { env: known })).output, program).toContain(sign);
    }
  });

  it('ends a command at its time limit, grandchildren and those in a session of their own included', async () => {
    const result = await run('(setsid sleep 77.125 &) ; sleep 77.125', { timeoutMs: 1_000 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null });
    await expectNoProcess('77.125');
  });

  it('ends a command when its run is cancelled', async () => {
    const controller = new AbortController();
    const running = run('sleep 77.25', { signal: controller.signal });
    await wait(300);
    controller.abort();
    expect(await running).toMatchObject({ aborted: true });
    await expectNoProcess('77.25');
  });

  it('leaves no process when the worker is killed with -9', async () => {
    const script = join(folder, 'worker.ts');
    const module = join(import.meta.dirname, '../../activities/sandbox/containment.ts');
    await writeFile(
      script,
      `import { createContainment } from ${JSON.stringify(module)};
       const containment = await createContainment(${JSON.stringify(options)});
       await containment.run({ command: '/bin/sh', args: ['-c', '(setsid sleep 77.5 &); sleep 77.5 & sleep 77.5'],
         cwd: ${JSON.stringify(workspace)}, env: { PATH: ${JSON.stringify(searchPath)} }, writable: [${JSON.stringify(workspace)}], readable: [],
         network: false, timeoutMs: 60000, signal: new AbortController().signal });`,
    );
    const worker = spawn(process.execPath, [script], { stdio: 'ignore' });
    await expect.poll(() => countProcesses('77.5'), { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
    worker.kill('SIGKILL');
    await expectNoProcess('77.5');
  });
});

describe('without bubblewrap', () => {
  it('says that nothing is sandboxed, and runs the command with its own environment all the same', async () => {
    const open = await createContainment({ ...options, mode: 'off' });
    expect(open.sandboxed).toBe(false);
    expect(await run('echo "$ONLY"; exit 3', { env: { PATH: searchPath, ONLY: 'this' } }, open)).toMatchObject({
      output: 'this\n',
      exitCode: 3,
      timedOut: false,
    });
  });

  it('is found out when the program is missing: auto goes on unsandboxed, required refuses with what to do', async () => {
    const nowhere = join(folder, 'empty');
    await mkdir(nowhere, { recursive: true });
    expect((await createContainment({ ...options, searchPath: nowhere })).sandboxed).toBe(false);
    await expect(createContainment({ ...options, searchPath: nowhere, mode: 'required' })).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringContaining('Install bubblewrap'),
    });
  });
});

function worksOutside(command: string, env: Record<string, string>): boolean {
  try {
    execFileSync('/bin/sh', ['-c', command], { env, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function countProcesses(seconds: string): number {
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', env: { PATH: searchPath } });
  return listed.split('\n').filter((line) => line === `sleep ${seconds}`).length;
}

async function expectNoProcess(seconds: string): Promise<void> {
  await expect.poll(() => countProcesses(seconds), { timeout: 10_000 }).toBe(0);
}
