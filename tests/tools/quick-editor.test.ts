import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createAiderEngine } from '../../activities/aider/aider-engine.ts';
import type { EditReport } from '../../activities/aider/edit-engine.ts';
import { createContainment } from '../../activities/sandbox/containment.ts';
import { startOutboundProxy, type OutboundProxy } from '../../activities/sandbox/outbound-proxy.ts';
import { editBlock } from '../support/editing-provider.ts';
import { startProviderServer, type ProviderServer } from '../support/provider-server.ts';
import { makeRepository } from '../support/repositories.ts';
import { provideEditor, type TestEditor } from '../support/test-editor.ts';

const message = 'Make the following change to the files.\n\nChange: Greet louder\n';
const greeting = "export function greet() {\n  return 'Hello';\n}\n";

/** A new file, a change and lines at the end; the block that fits nowhere is corrected when the editor asks again. */
const answers = [
  editBlock('src/new/loud.js', '', 'export const loud = true;\n') +
    editBlock('src/greet.js', "  return 'Hello';\n", "  return 'HELLO';\n") +
    editBlock('src/end.js', '', 'export const end = 2;\n') +
    editBlock('src/greet.js', 'nowhere\n', 'nothing\n'),
  editBlock('src/greet.js', 'export function greet() {\n', '/** Loud. */\nexport function greet() {\n'),
];

let folder: string;
let provider: ProviderServer;
let outbound: OutboundProxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-test-editors-'));
  outbound = await startOutboundProxy({});
  provider = await startProviderServer({
    reply: ({ text }) => ({ text: answers[text.includes('failed to match') ? 1 : 0] ?? '' }),
  });
});

afterAll(async () => {
  await Promise.all([provider.close(), outbound.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** One edit, started as the product starts it. @param name of a folder of its own */
async function editWith(editor: TestEditor, name: string) {
  const place = join(folder, name);
  const tree = await makeRepository(join(place, 'tree'), { 'src/greet.js': greeting, 'src/end.js': 'export {};\n' });
  const searchPath = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const options = { home: place, searchPath, stateDir: join(place, 'state'), nodePath: process.execPath, outbound };
  const containment = await createContainment({ mode: 'off', ...options });
  const engine = createAiderEngine({ aiderPath: await provideEditor(editor, place), containment, searchPath });
  const before = provider.calls.length;
  const report = await engine.edit({
    workspace: {
      ...{ tree, home: join(place, 'home'), gitDir: join(tree, '.git'), mirrorObjects: join(tree, '.git/objects') },
      baseCommit: '',
    },
    ...{ message, files: ['src/greet.js', 'src/end.js', 'src/new/loud.js'], model: 'gpt-5.4-mini', editFormat: 'diff' },
    ...{ contextTokensMax: 100_000, outputTokensMax: 8_000, repositoryMapTokens: 1_024, timeoutMs: 60_000 },
    signal: new AbortController().signal,
    gateway: { baseUrl: provider.baseUrl, token: 'token-of-nobody', socketPath: undefined },
    onProgress: () => undefined,
  });
  return { report, tree: await readTree(tree), calls: provider.calls.slice(before) };
}

async function readTree(tree: string): Promise<Record<string, string>> {
  const entries = await readdir(join(tree, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => [file.slice(tree.length), await readFile(file, 'utf8')]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}

describe('the stand-in for Aider', () => {
  let aider: Awaited<ReturnType<typeof editWith>>;
  let quick: Awaited<ReturnType<typeof editWith>>;

  beforeAll(async () => {
    aider = await editWith({ aiderFor: ['Greet louder'] }, 'aider');
    quick = await editWith('quick', 'quick');
  });

  it('leaves the same tree as Aider from the same answers', () => {
    expect(aider.tree['/src/greet.js']).toBe("/** Loud. */\nexport function greet() {\n  return 'HELLO';\n}\n");
    expect(quick.tree).toEqual(aider.tree);
  });

  it('asks as often, for the same model, with the same key, and with the order in words of its own', () => {
    const facts = ({ calls }: typeof aider) => calls.map(({ model, authorization }) => [model, authorization]);
    expect(facts(aider)).toHaveLength(2);
    expect(facts(quick)).toEqual(facts(aider));
    for (const { calls } of [aider, quick]) {
      expect(calls.every(({ text }) => text.includes(message.trim()) && text.includes("return 'Hello'"))).toBe(true);
    }
  });

  it('notes the same tokens', () => {
    const tokens = ({ loggedTokens }: EditReport) => loggedTokens;
    expect(tokens(aider.report)).toEqual({ inputTokens: 200, outputTokens: 20 });
    expect(tokens(quick.report)).toEqual(tokens(aider.report));
  });

  it('hands over to Aider for the orders that are Aider’s, and for no other', async () => {
    const kept = await editWith({ aiderFor: ['Greet'] }, 'kept');
    const isAider = ({ report }: typeof aider) => report.transcript.includes('Aider v');
    expect([aider, quick, kept].map(isAider)).toEqual([true, false, false]);
  });
});
