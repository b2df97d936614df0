import { randomBytes } from 'node:crypto';

import { ApplicationFailure } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import fc from 'fast-check';
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { registerUnknownRoutes } from '../../api/plugins/unknown-routes.ts';
import { sendProblem } from '../../api/problem.ts';
import { payloadCodecRoutes } from '../../api/routes/payload-codec.ts';
import { createRedactor } from '../../domain/text/redact.ts';
import { parseEncryptionKeys } from '../../platform/crypto.ts';
import { failureConverter } from '../../platform/encoded-failures.ts';
import {
  codecAddress,
  codecSecret,
  createEncryptionCodec,
  createRedactionCodec,
  fromPayloadJson,
  toPayloadJson,
  type PayloadJson,
} from '../../platform/payload-codec.ts';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const older = key('older');
const newer = key('newer');
const keys = parseEncryptionKeys(older);
const codec = createEncryptionCodec(keys);
const planted = 'a-planted-value-1';
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: PayloadJson) => defaultPayloadConverter.fromPayload<unknown>(fromPayloadJson(payload));

describe('the encryption of payloads', () => {
  it('gives back any payload as it was, and shows nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.jsonValue(), fc.uint8Array())), async (values) => {
        const payloads = values.map(payloadOf);
        const sent = await codec.encode(payloads);
        expect((await codec.decode(sent)).map(toPayloadJson)).toEqual(payloads.map(toPayloadJson));
        for (const { metadata } of sent) {
          expect(Object.keys(metadata ?? {})).toEqual(['encoding', 'encryption-key-id']);
          expect(Buffer.from(metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
        }
      }),
    );
    const [sent] = await codec.encode([payloadOf({ planted })]);
    expect(Buffer.from(sent?.data ?? []).toString('latin1')).not.toContain(planted);
  });

  it('reads what was sent before there was a key, and changes nothing without one', async () => {
    const payloads = [payloadOf('plain'), payloadOf(undefined)];
    expect(await codec.decode(payloads)).toEqual(payloads);
    const none = createEncryptionCodec(null);
    expect(await none.encode(payloads)).toBe(payloads);
    expect(await none.decode(payloads)).toEqual(payloads);
  });

  it('is read after a rotation; without its key the error names it', async () => {
    const sent = await codec.encode([payloadOf('kept')]);
    const rotated = createEncryptionCodec(parseEncryptionKeys(`${newer},${older}`));
    const [read] = await rotated.decode(sent);
    expect(valueOf(toPayloadJson(read ?? {}))).toBe('kept');
    for (const without of [createEncryptionCodec(parseEncryptionKeys(newer)), createEncryptionCodec(null)]) {
      await expect(without.decode(sent)).rejects.toThrow(/"older", which RATCHET_ENCRYPTION_KEYS does not have/);
    }
  });

  it('is not done twice to what comes encrypted already', async () => {
    const sent = await codec.encode([payloadOf('once')]);
    expect(await codec.encode(sent)).toEqual(sent);
  });

  it('takes message and stack of a failure with it, and of its causes', () => {
    const cause = ApplicationFailure.create({ message: `inner ${planted}` });
    const failure = failureConverter.errorToFailure(
      ApplicationFailure.create({ message: `outer ${planted}`, type: 'git-failed', cause }),
      defaultPayloadConverter,
    );
    const shown = [failure, failure.cause].flatMap((one) => [one?.message, one?.stackTrace]);
    expect(shown).toEqual(['Encoded failure', '', 'Encoded failure', '']);
    const error = failureConverter.failureToError(failure, defaultPayloadConverter);
    expect(error).toMatchObject({ message: `outer ${planted}`, type: 'git-failed' });
    expect((error.cause as Error).message).toBe(`inner ${planted}`);
  });
});

describe('what is sent to Temporal', () => {
  const redacting = createRedactionCodec(createRedactor([planted]));

  it('has no secrets in its texts, and is the same payload when it had none', async () => {
    const clean = payloadOf({ a: 1 });
    const [sent, same] = await redacting.encode([payloadOf({ note: `it said ${planted}`, at: 3 }), clean]);
    expect(valueOf(toPayloadJson(sent ?? {}))).toEqual({ note: 'it said [redacted]', at: 3 });
    expect(same).toBe(clean);
  });

  it('keeps the names by which things are found again', async () => {
    const [sent] = await redacting.encode([payloadOf({ repository: `/repositories/${planted}`, title: planted })]);
    expect(valueOf(toPayloadJson(sent ?? {}))).toEqual({ repository: `/repositories/${planted}`, title: '[redacted]' });
  });
});

describe("the codec endpoint for Temporal's web UI", () => {
  const uiUrl = 'http://127.0.0.1:8233';
  let app: FastifyInstance;
  let sent: PayloadJson[];
  const secret = codecSecret(keys);
  const ask = (path: string, options: Partial<InjectOptions> = {}) =>
    app.inject({ method: 'POST', url: path, payload: { payloads: sent }, ...options });

  async function openApp(given: typeof keys | null): Promise<FastifyInstance> {
    const opened = Fastify();
    opened.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
    registerUnknownRoutes(opened);
    await opened.register(payloadCodecRoutes({ keys: given, uiUrl }));
    return opened;
  }

  beforeAll(async () => {
    app = await openApp(keys);
    sent = (await codec.encode([payloadOf({ planted }), payloadOf(null)])).map(toPayloadJson);
  });
  afterAll(() => app.close());

  it('decodes at the address that follows from the first key', async () => {
    const address = new URL(codecAddress('http://127.0.0.1:4747/', keys));
    expect(address.pathname).toBe(`/codec/${secret}`);
    const answer = await ask(`${address.pathname}/decode`, { headers: { origin: uiUrl, 'x-namespace': 'default' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json<{ payloads: PayloadJson[] }>().payloads.map(valueOf)).toEqual([{ planted }, null]);
    expect(answer.headers['access-control-allow-origin']).toBe(uiUrl);
  });

  it('encodes what it can decode again', async () => {
    const plain = [toPayloadJson(payloadOf(planted))];
    const encoded = (await ask(`/codec/${secret}/encode`, { payload: { payloads: plain } })).json<object>();
    expect(JSON.stringify(encoded)).not.toContain(Buffer.from(planted).toString('base64').slice(0, 12));
    const answer = await ask(`/codec/${secret}/decode`, { payload: encoded });
    expect(answer.json()).toEqual({ payloads: plain });
  });

  it("answers the preflight of the UI's page under both names of this machine, and of no other page", async () => {
    const options = (origin: string) =>
      app.inject({ method: 'OPTIONS', url: `/codec/${secret}/decode`, headers: { origin } });
    for (const origin of [uiUrl, 'http://localhost:8233']) {
      const allowed = await options(origin);
      expect(allowed.statusCode).toBe(204);
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': expect.stringContaining('x-namespace') as string,
      });
    }
    for (const origin of ['http://127.0.0.1:8234', 'https://example.org', 'null']) {
      const refused = await options(origin);
      expect({ origin, status: refused.statusCode }).toEqual({ origin, status: 404 });
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
      expect((await ask(`/codec/${secret}/decode`, { headers: { origin } })).statusCode).toBe(404);
    }
  });

  it('is not there for anybody with another address: the answer is that of any unknown address', async () => {
    const other = codecSecret(parseEncryptionKeys(newer));
    const wrong = [
      `/codec/${other}/decode`,
      `/codec/${secret}x/decode`,
      `/codec/${secret.slice(1)}/decode`,
      '/codec//decode',
    ];
    const paths = [...wrong, `/codec/${secret}`, `/codec/${secret}/decode/more`, `/codec/${secret}/other`, '/codec/'];
    for (const path of paths) {
      const [answer, unknown] = await Promise.all([ask(path), ask(`/codes${path.slice(6)}`)]);
      expect({ path, status: answer.statusCode }).toEqual({ path, status: 404 });
      const bodies = [answer, unknown].map((one) => ({ ...one.json<object>(), detail: '', requestId: '' }));
      expect(bodies[0]).toEqual(bodies[1]);
    }
    for (const method of ['GET', 'PUT', 'DELETE'] as const) {
      expect((await ask(`/codec/${secret}/decode`, { method })).statusCode).toBe(404);
    }
    // A body that can't be read must not tell an address that is there from one that is not.
    const headers = { 'content-type': 'application/json' };
    expect((await ask(`/codec/${other}/decode`, { payload: '{', headers })).statusCode).toBe(404);
  });

  it('says what is wrong with a body, and which key is missing', async () => {
    const broken = await ask(`/codec/${secret}/decode`, { payload: { payloads: [{ data: '?' }] } });
    expect(broken.json()).toMatchObject({ status: 400, code: 'bad-request' });
    const foreign = await createEncryptionCodec(parseEncryptionKeys(newer)).encode([payloadOf(1)]);
    const answer = await ask(`/codec/${secret}/decode`, { payload: { payloads: foreign.map(toPayloadJson) } });
    expect(answer.json()).toMatchObject({ status: 400, detail: expect.stringContaining('"newer"') as string });
  });

  it('is not there at all without keys', async () => {
    const without = await openApp(null);
    const answer = await without.inject({ method: 'POST', url: `/codec/${secret}/decode`, payload: { payloads: [] } });
    expect(answer.statusCode).toBe(404);
    await without.close();
  });
});
