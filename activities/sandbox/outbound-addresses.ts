import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Where somebody wants to go. */
export interface Target {
  host: string;
  port: number;
}

/** An address that was looked at, so that nobody has to resolve the name a second time. */
export interface CheckedAddress {
  address: string;
  family: 4 | 6;
}

const webPorts = new Set([80, 443]);

/** Networks that are not the public one: this machine, its neighbours, the cloud's own services. */
const privateNetworks: readonly (readonly [network: string, bits: number])[] = [
  ...([
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['168.63.129.16', 32],
  ] as const),
  ...([
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['224.0.0.0', 3],
  ] as const),
  ...([
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ] as const),
  // An IPv4 address in another dress.
  ...([
    ['::ffff:0:0', 96],
    ['64:ff9b::', 96],
    ['2002::', 16],
  ] as const),
];

// A list for each kind: one list takes every IPv4 address for its IPv6 form, and that whole network is refused.
const privateAddresses = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, bits] of privateNetworks) {
  const kind = kindOf(network);
  privateAddresses[kind].addSubnet(network, bits, kind);
}

function kindOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function isPublic(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const kind = kindOf(address);
  return !privateAddresses[kind].check(address, kind) && !own.some((entry) => entry.address === address);
}

/**
 * Resolves a name and checks every address that it has.
 *
 * @param allowed targets that somebody configured, wherever they are
 * @returns the addresses to connect to, or a sentence that says why not
 */
export async function checkTarget(target: Target, allowed: readonly Target[]): Promise<CheckedAddress[] | string> {
  const name = `${target.host}:${target.port}`;
  const isConfigured = allowed.some(({ host, port }) => host === target.host && port === target.port);
  if (!isConfigured && !webPorts.has(target.port)) return `${name} is refused: only the ports 80 and 443 are open.`;
  const found = await resolve(target.host);
  if (found.length === 0) return `${name} is not known.`;
  if (!isConfigured && !found.every(({ address }) => isPublic(address))) {
    return `${name} is refused: it is not on the public network.`;
  }
  return found;
}

async function resolve(host: string): Promise<CheckedAddress[]> {
  const kind = isIP(host);
  if (kind === 4 || kind === 6) return [{ address: host, family: kind }];
  const found = await lookup(host, { all: true }).catch(
    // A name that nobody knows and a resolver that is away look the same from the sandbox.
    () => [],
  );
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/**
 * Reads `HOST:PORT`, with IPv6 in brackets.
 *
 * @returns null when it is something else
 */
export function parseTarget(text: string): Target | null {
  const [, bracketed, plain, port = ''] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined ? null : { host: host.toLowerCase(), port: Number(port) };
}

const registryNames = /^(npm_config_registry|pip_index_url|pip_find_links|goproxy|gosumdb)$/i;

/** The registries that the environment names, which may lie on this machine or in a private network. */
export function configuredTargets(environment: Readonly<Record<string, string>>): Target[] {
  return Object.entries(environment)
    .filter(([name]) => registryNames.test(name))
    .flatMap(([, value]) => value.split(/[\s,|+]+/))
    .filter((text) => /^https?:/.test(text) && URL.canParse(text))
    .map((text) => targetOf(new URL(text)));
}

/** Host and port of an address. */
export function targetOf(url: URL): Target {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

/** Whether a target is this machine's loopback, which clients never ask a proxy for. */
export function isLoopback({ host }: Target): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
