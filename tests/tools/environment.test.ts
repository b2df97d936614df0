import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostEnvironment, stackEnvironment } from '../../tools/environment.mjs';
import { askProgram } from '../../tools/find-program.mjs';

const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'GRPC_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

beforeEach(() => {
  for (const name of [...PROXY_NAMES, 'NO_PROXY', 'no_proxy', 'NODE_USE_ENV_PROXY']) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What both kinds of environment say, which must be the same. */
function exceptionsFrom(additions?: Record<string, string>): (string | undefined)[] {
  const host = hostEnvironment(additions);
  const stack = stackEnvironment(additions);
  expect([stack['NO_PROXY'], stack['no_proxy']]).toEqual([host['NO_PROXY'], host['no_proxy']]);
  return [host['NO_PROXY'], host['no_proxy']];
}

describe('where a proxy is set', () => {
  it.each(['HTTP_PROXY', 'https_proxy', 'ALL_PROXY'])('by %s, this machine is reached without it', (name) => {
    vi.stubEnv(name, 'http://192.0.2.1:3128');
    expect(exceptionsFrom()).toEqual(['127.0.0.1,localhost,::1', '127.0.0.1,localhost,::1']);
  });

  it('what is reached without it already stays so, and nothing stands there twice', () => {
    vi.stubEnv('http_proxy', 'http://192.0.2.1:3128');
    vi.stubEnv('NO_PROXY', '.example.org, localhost');
    vi.stubEnv('no_proxy', '.example.com');
    const expected = ['.example.org,localhost,127.0.0.1,::1', '.example.com,127.0.0.1,localhost,::1'];
    expect(exceptionsFrom()).toEqual(expected);
  });

  it('a program that reads the name that the user has not set finds what the other says', () => {
    vi.stubEnv('http_proxy', 'http://192.0.2.1:3128');
    vi.stubEnv('NO_PROXY', '.example.org');
    expect(new Set(exceptionsFrom())).toEqual(new Set(['.example.org,127.0.0.1,localhost,::1']));
  });

  it('and everything is reached without it, this stays so', () => {
    vi.stubEnv('http_proxy', 'http://192.0.2.1:3128');
    vi.stubEnv('NO_PROXY', '*');
    expect(exceptionsFrom()).toEqual(['*', '*']);
  });

  it('by what a process is given on top, this holds as well', () => {
    expect(exceptionsFrom({ HTTP_PROXY: 'http://192.0.2.1:3128' })[0]).toBe('127.0.0.1,localhost,::1');
  });

  it('a Node that uses it finds a server on the loopback', async () => {
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    // Nobody listens there: what asks the proxy fails.
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    const script = `
      const server = require('node:http').createServer((_request, response) => response.end('reached'));
      server.listen(0, '127.0.0.1', async () => {
        const answer = await fetch('http://127.0.0.1:' + server.address().port).then((response) => response.text(), String);
        console.log(answer);
        process.exit();
      });`;
    const ask = (env: Record<string, string>) => askProgram(process.execPath, ['-e', script], { env });
    expect((await ask(stackEnvironment())).output).toMatch(/reached$/);
    // The proxy is really asked where nothing is excepted.
    expect((await ask({ ...stackEnvironment(), NO_PROXY: '', no_proxy: '' })).output).toMatch(/fetch failed$/);
  });
});

describe('where no proxy is set', () => {
  it('nothing is added', () => {
    vi.stubEnv('HTTP_PROXY', '');
    expect(exceptionsFrom()).toEqual([undefined, undefined]);
    vi.stubEnv('NO_PROXY', '.example.org');
    expect(exceptionsFrom()).toEqual(['.example.org', undefined]);
  });
});
