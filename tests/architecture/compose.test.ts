import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';

import packageJson from '../../package.json' with { type: 'json' };
import { environmentSchema, loadConfig, readDatabaseUrl } from '../../platform/config.ts';
import { AIDER_VERSION } from '../../tools/aider.mjs';
import { LIZARD_VERSION } from '../../tools/lizard.mjs';
import { searchAttributes } from '../../workflows/contract.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Service {
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string | number | null>;
  env_file?: unknown;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> };
const services = Object.entries(compose.services).map(([name, service]) => ({ name, service }));
const ours = services.filter(({ service }) => service.build !== undefined);
const known = Object.keys(environmentSchema.shape);

/** What the container would get when .env holds nothing but the password. */
function environmentOf(name: string): Record<string, string> {
  const given = Object.entries(compose.services[name]?.environment ?? {});
  const set = given.filter((entry): entry is [string, string | number] => entry[1] !== null);
  const fill = (value: string) =>
    value
      .replaceAll(/\$\{\w+:\?[^}]*\}/g, 'secret that has at least 32 bytes')
      .replaceAll(/\$\{\w+:-([^}]*)\}/g, (_, fallback: string) => fallback);
  return Object.fromEntries(set.map(([key, value]) => [key, fill(String(value))]));
}

describe('docker-compose.yml', () => {
  it('is YAML without a mistake or a key given twice', () => {
    const { errors, warnings } = parseDocument(text, { merge: true });
    expect([...errors, ...warnings].map(String)).toEqual([]);
  });

  it('has the parts of the stack', () => {
    const names = ['postgres', 'temporal', 'temporal-ui', 'migrate', 'api', 'worker', 'ollama'];
    expect(services.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expect(ours.map(({ name }) => name)).toEqual(['migrate', 'api', 'worker']);
  });

  it.each(services)('pins the version of $name', ({ service }) => {
    expect(service.image).toMatch(/^[a-z][a-z0-9/-]*:\d+[.]\d+([.]\d+)?$/);
  });

  it.each(ours)('gives $name only settings that platform/config.ts reads', ({ service }) => {
    expect(Object.keys(service.environment ?? {}).filter((name) => !known.includes(name))).toEqual([]);
    // An env_file would hand every secret in it to every process.
    expect(service.env_file).toBeUndefined();
  });

  it('lets every setting of the worker through, so that .env can set it', () => {
    const ofTheApi = known.filter((name) => /^RATCHET_(API_|AUTH_|REQUESTS_|TRUSTED_)|_OWNER_/.test(name));
    const ofTheImage = ['PATH', 'HOME'];
    const given = Object.keys(compose.services['worker']?.environment ?? {});
    expect(known.filter((name) => ![...given, ...ofTheApi, ...ofTheImage].includes(name))).toEqual([]);
  });

  it('gives API and worker what they need to start', () => {
    expect(loadConfig(environmentOf('api')).api).toMatchObject({ host: '0.0.0.0', port: 4747 });
    expect(loadConfig(environmentOf('worker')).aiderPath).toBe('/opt/aider/bin/aider');
    expect(readDatabaseUrl(environmentOf('migrate'))).toBe(loadConfig(environmentOf('api')).databaseUrl);
  });

  it('asks the parts where they listen', () => {
    const api = loadConfig(environmentOf('api'));
    const worker = loadConfig(environmentOf('worker'));
    expect(compose.services['api']?.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${api.api.port}/readyz`);
    expect(compose.services['worker']?.healthcheck?.test.at(-1)).toBe(
      `http://127.0.0.1:${worker.worker.healthPort}/readyz`,
    );
    expect(read('api/routes/health.ts')).toContain("'/readyz'");
    expect(read('worker/health.ts')).toContain("'/readyz'");
    expect(compose.services['api']?.ports).toEqual([`127.0.0.1:4747:${api.api.port}`]);
    expect(compose.services['temporal-ui']?.ports).toEqual(['127.0.0.1:8233:8080']);
    expect(api.temporal).toEqual({ address: 'temporal:7233', namespace: 'default', uiUrl: 'http://127.0.0.1:8233' });
  });

  it.each(services)('opens no port of $name beyond this machine', ({ service }) => {
    expect((service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it.each(services)('waits in $name only for what exists and can become ready', ({ service }) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services, name).toHaveProperty(name);
      if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck, name).toBeDefined();
    }
  });

  it.each(ours)('starts $name from a file that is in the image', ({ service }) => {
    const [program, file] = service.command ?? [];
    expect(program).toBe('node');
    expect(existsSync(join(root, file!)), file).toBe(true);
    expect(read('.dockerignore')).toContain(`!${file!.split('/')[0]!}/`);
  });

  it('mounts only files that exist and volumes that are declared', () => {
    const sources = services.flatMap(({ service }) => service.volumes ?? []).map((volume) => volume.split(':')[0]!);
    const missing = sources.filter((source) =>
      source.startsWith('./') ? !existsSync(join(root, source)) : !(source in compose.volumes),
    );
    expect(missing).toEqual([]);
    expect(sources.length).toBeGreaterThan(5);
  });

  it('takes every secret from .env, which holds a value for none', () => {
    expect(text.match(/^\s*POSTGRES_(?:PASSWORD|PWD):.*$/gm)!.every((line) => line.includes('${'))).toBe(true);
    const example = read('.env.example').split('\n');
    const names = example.flatMap((line) => /^#?([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(example.filter((line) => /^#?[A-Z_]+=./.test(line))).toEqual([]);
    expect(names.filter((name) => !/^(POSTGRES|APPLICATION)_PASSWORD$/.test(name) && !known.includes(name))).toEqual(
      [],
    );
    expect(names.every((name) => text.includes(name))).toBe(true);
    expect(read('.gitignore').split('\n')).toContain('.env');
  });
});

describe('the search attributes of the container stack', () => {
  it('are those of the contract, and the two that coaching adds', () => {
    const registered = [...read('docker/temporal-namespace.sh').matchAll(/--name (\w+) --type (\w+)/g)];
    const contract = Object.values(searchAttributes).map(({ name, type }) => [name, type] as const);
    const expected = [...contract, ['Owner', 'KEYWORD'] as const, ['Programme', 'KEYWORD'] as const];
    const sorted = (pairs: (readonly [string, string])[]) => pairs.map((pair) => pair.join(' ')).sort();
    expect(sorted(registered.map((match) => [match[1]!, match[2]!.toUpperCase()]))).toEqual(sorted(expected));
  });

  it('leave room in the ten keywords that SQL visibility has', () => {
    const keywords = read('docker/temporal-namespace.sh').match(/--type Keyword/g) ?? [];
    expect(keywords.length).toBeLessThanOrEqual(10);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('has the Node of the dependencies, and Debian by name', () => {
    expect(/^FROM node:(\S+) AS base$/m.exec(dockerfile)?.[1]).toBe(`${packageJson.dependencies.node}-bookworm-slim`);
    const froms = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]!);
    expect(froms.slice(1).every((from) => from === 'base')).toBe(true);
  });

  it('has the Aider that the tools install', () => {
    expect(/^ARG AIDER_VERSION=(\S+)$/m.exec(dockerfile)?.[1]).toBe(AIDER_VERSION);
    expect(/^ARG LIZARD_VERSION=(\S+)$/m.exec(dockerfile)?.[1]).toBe(LIZARD_VERSION);
  });

  it('runs as an ordinary user, from a file that exists, and says whether it is well', () => {
    expect(/^USER (\S+)$/m.exec(dockerfile)?.[1]).toBe('node');
    const [, file] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)![1]!) as string[];
    expect(existsSync(join(root, file!))).toBe(true);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect(existsSync(join(root, 'docker/check-health.mjs'))).toBe(true);
  });

  it('installs what the worker starts', () => {
    for (const program of ['bubblewrap', 'git', 'python3']) expect(dockerfile).toContain(` ${program}`);
  });
});
