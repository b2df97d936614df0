import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import {
  checkTarget,
  configuredTargets,
  isLoopback,
  parseTarget,
  targetOf,
  type CheckedAddress,
  type Target,
} from './outbound-addresses.ts';

/** The only way out of the sandbox for a command that may reach the network. */
export interface OutboundProxy {
  /** Absolute; in a folder that holds nothing else and that nobody else may enter. */
  socketPath: string;
  /** Configured registries on this machine's loopback: a client inside reaches them under the same port. */
  loopbackTargets: readonly Target[];
  close(): Promise<void>;
}

interface Rules {
  allowed: readonly Target[];
  /** The proxy that this machine itself has to use. */
  upstream: Target | null;
}

const idleTimeoutMs = 300_000;
const hopHeaders = new Set(['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade']);

/**
 * Starts a forward proxy on a Unix socket. It goes to the ports 80 and 443 of public addresses and to the registries that
 * the environment names, and nowhere else: what a repository installs must not reach our database, the API or a cloud's
 * metadata. It resolves names itself and connects to the address that it checked.
 *
 * @param environment what the commands may know of registries and proxies
 */
export async function startOutboundProxy(environment: Readonly<Record<string, string>>): Promise<OutboundProxy> {
  const allowed = configuredTargets(environment);
  const rules: Rules = { allowed, upstream: upstreamOf(environment) };
  const folder = await mkdtemp(join(tmpdir(), 'ratchet-out-'));
  const socketPath = join(folder, 'proxy.sock');
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => void forward(request, response, rules));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, client: Duplex) => void openTunnel(request.url ?? '', client, rules));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    socketPath,
    loopbackTargets: allowed.filter(isLoopback),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The variables by which package managers find a proxy on a port of the loopback. An empty NO_PROXY: nothing is
 * reached directly.
 */
export function proxyEnvironment(port: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'http_proxy',
    'https_proxy',
    'npm_config_proxy',
    'npm_config_https_proxy',
  ];
  return { ...Object.fromEntries(names.map((name) => [name, url])), NO_PROXY: '', no_proxy: '' };
}

function upstreamOf(environment: Readonly<Record<string, string>>): Target | null {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  const text = names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
  if (text === undefined) return null;
  const address = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(address) ? targetOf(new URL(address)) : null;
}

async function openTunnel(text: string, client: Duplex, rules: Rules): Promise<void> {
  client.on('error', () => client.destroy());
  const target = parseTarget(text);
  const checked = target === null ? 'A host and a port are needed.' : await checkTarget(target, rules.allowed);
  if (target === null || typeof checked === 'string') {
    const refusal = typeof checked === 'string' ? checked : '';
    client.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${refusal}\n`);
    return;
  }
  const isDirect = rules.upstream === null || rules.allowed.some(({ host }) => host === target.host);
  const far = isDirect || rules.upstream === null ? dial(target, checked) : await throughProxy(rules.upstream, text);
  if (far === null) {
    client.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n');
    return;
  }
  far.setTimeout(idleTimeoutMs, () => far.destroy());
  far.on('error', () => client.destroy());
  client.on('close', () => far.destroy());
  const join = () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.pipe(client).pipe(far);
  };
  if (far.connecting) far.once('connect', join);
  else join();
}

function dial({ host, port }: Target, checked: CheckedAddress[]): Socket {
  return connect({ host, port, lookup: answerWith(checked) });
}

/** A resolver that knows one answer: a name may mean another address a moment after it was checked. */
function answerWith(checked: CheckedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = checked;
    if (options.all === true) callback(null, checked);
    else callback(null, first?.address ?? '', first?.family);
  };
}

/** Null when the proxy of this machine is away or refuses. */
function throughProxy({ host, port }: Target, target: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const asked = requestHttp({ host, port, method: 'CONNECT', path: target, headers: { host: target } });
    asked.setTimeout(idleTimeoutMs, () => asked.destroy());
    asked.on('error', () => resolve(null));
    asked.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        resolve(null);
      }
    });
    asked.end();
  });
}

/** Plain HTTP, in which a client names the whole address. */
async function forward(request: IncomingMessage, response: ServerResponse, rules: Rules): Promise<void> {
  const text = request.url ?? '';
  const url = /^http:/.test(text) && URL.canParse(text) ? new URL(text) : null;
  const checked = url === null ? 'This is a proxy.' : await checkTarget(targetOf(url), rules.allowed);
  if (url === null || typeof checked === 'string') {
    const refusal = typeof checked === 'string' ? checked : '';
    response.writeHead(403, { 'content-type': 'text/plain' }).end(`${refusal}\n`);
    return;
  }
  const { host, port } = targetOf(url);
  const isDirect = rules.upstream === null || rules.allowed.some((target) => target.host === host);
  const way =
    isDirect || rules.upstream === null
      ? { host, port, path: `${url.pathname}${url.search}`, lookup: answerWith(checked) }
      : { ...rules.upstream, path: text };
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name)));
  const asked = requestHttp({ ...way, method: request.method, headers: { ...headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.setTimeout(idleTimeoutMs, () => asked.destroy());
  asked.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.on('close', () => asked.destroy());
  request.pipe(asked);
}
