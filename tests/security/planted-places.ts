import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';

import { encodedForms } from '../../domain/text/secret-values.ts';
import { parseEncryptionKeys } from '../../platform/crypto.ts';
import { createEncryptionCodec } from '../../platform/payload-codec.ts';
import { environmentOf, processesIn } from '../support/processes.ts';
import type { TestStack } from '../support/stack.ts';

/** Letters and digits of chance: made anew in every run, so that no file ever holds one. */
export function chance(length: number): string {
  const letters = randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '');
  return `aB3${letters}`.slice(0, length);
}

/** Where a text of a place was found that should have been nowhere. */
export interface Hit {
  place: string;
  planted: string;
}

/** Looks for planted values in texts, as they are and in every encoding that the product knows. */
export function findPlanted(place: string, texts: readonly string[], planted: Readonly<Record<string, string>>): Hit[] {
  const all = texts.join('\n');
  return Object.entries(planted).flatMap(([name, value]) =>
    encodedForms(value).some((form) => all.includes(form)) ? [{ place, planted: name }] : [],
  );
}

/** What the processes of a workspace were given, and what they could read there. */
export interface Workplace {
  commandLines: string[];
  /** One for each process, a variable a line. */
  environments: string[];
  files: string[];
}

/** Looks at the workspaces of an order while something works there. */
export async function readWorkplace(stack: TestStack, orderId: string): Promise<Workplace> {
  const folder = join(stack.stateDirectory, 'workspaces', orderId);
  const processes = await processesIn(folder);
  return {
    commandLines: processes.map(({ commandLine }) => commandLine),
    environments: await Promise.all(processes.map(environmentOf)),
    files: (await readFiles(folder)).map(({ content }) => content.toString('latin1')),
  };
}

/** Paths of the files below a folder that hold a text. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  return (await readFiles(folder)).filter(({ content }) => content.includes(text)).map(({ path }) => path);
}

async function readFiles(folder: string): Promise<{ path: string; content: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // One that has gone meanwhile holds nothing.
  const read = (path: string) => readFile(path).catch(() => Buffer.alloc(0));
  return Promise.all(paths.map(async (path) => ({ path, content: await read(path) })));
}

/** Every log file of a stack, as it stands on the disk. */
export async function readLogs(stack: TestStack): Promise<string[]> {
  const folder = join(stack.stateDirectory, 'logs');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

/**
 * Every row of every table as text. Without the bundles of checkpoints: they are commits of the repository, and whoever
 * changed them would change the code.
 */
export async function dumpRows({ database }: TestStack): Promise<string[]> {
  const tables = await database.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      database.$queryRawUnsafe<{ line: string }[]>(`SELECT (to_jsonb(t) - 'bundle')::text AS line FROM "${name}" t`),
    ),
  );
  return rows.flat().map(({ line }) => line);
}

/** Every text in the histories of all runs: as Temporal stores them, and with every payload decrypted. */
export async function readHistories(
  { runsIn: { address, namespace } }: TestStack,
  keySetting: string,
): Promise<{ stored: string[]; read: string[] }> {
  const connection = await Connection.connect({ address });
  const codec = createEncryptionCodec(parseEncryptionKeys(keySetting));
  // A list shows memos, too.
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [codec] } });
  const events: unknown[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events: found } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    events.push(...(found ?? []));
  }
  await connection.close();
  const payloads = events.flatMap(payloadsOf);
  const decoded = await codec.decode(payloads);
  const stored = events.flatMap(textsOf);
  return { stored, read: [...stored, ...decoded.flatMap(textsOf)] };
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && value.data instanceof Uint8Array;
}

function payloadsOf(value: unknown): Payload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return isPayload(value) ? [value] : Object.values(value).flatMap(payloadsOf);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

/** A server that git asks for a repository, and that answers with words of its own. */
export async function startTalkingRemote(words: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' }).end(words);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/a.git`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
