import { createHash, timingSafeEqual } from 'node:crypto';

import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';

import { redactDeep, type Redact } from '../domain/text/redact.ts';
import { createSealer, deriveSecret, missingKey, type EncryptionKeys } from './crypto.ts';

/** Marks an encrypted payload, in the words of Temporal's own samples: its tools then show it as encrypted. */
const encryptedEncoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const jsonEncoding = 'json/plain';

/** What is done to everything that goes to Temporal and comes from there. */
export interface PayloadProtection {
  /** Null: nothing is encrypted. What was encrypted before then gives an error that names its key. */
  keys: EncryptionKeys | null;
  /** True: keys only read what was encrypted before, and Temporal's own interface can show what comes now. */
  writesPlain?: boolean;
  redact: Redact;
}

/**
 * The converter of every client and worker: payloads go to Temporal without secrets, and with keys they are encrypted,
 * messages and stacks of failures among them. Payloads from before the first key are read as they are.
 */
export function createDataConverter({ keys, writesPlain = false, redact }: PayloadProtection): DataConverter {
  return {
    // On the way out the first one comes first: what is encrypted has no secrets in it any more.
    payloadCodecs: [createRedactionCodec(redact), createEncryptionCodec(keys, writesPlain)],
    ...(keys === null || writesPlain ? {} : { failureConverterPath: encodedFailuresPath }),
  };
}

/** The failure converter that goes with keys: a bundle of workflows needs it, too. */
export const encodedFailuresPath = `${import.meta.dirname}/encoded-failures.ts`;

/** AES-256-GCM; an encrypted payload names its key. With null it encrypts nothing and reads what is plain. */
export function createEncryptionCodec(keys: EncryptionKeys | null, writesPlain = false): PayloadCodec {
  const sealer = keys === null ? null : createSealer(keys, 'temporal-payload');
  return {
    async encode(payloads) {
      return sealer === null || writesPlain ? payloads : payloads.map(encrypt);
    },
    async decode(payloads) {
      return payloads.map(decrypt);
    },
  };

  function encrypt(payload: Payload): Payload {
    // Somebody who has it encrypted may send it on as it is.
    if (sealer === null || fieldOf(payload, 'encoding') === encryptedEncoding) return payload;
    const { keyId, bytes } = sealer.seal(writePayload(payload));
    return { metadata: { encoding: Buffer.from(encryptedEncoding), [keyIdField]: Buffer.from(keyId) }, data: bytes };
  }

  function decrypt(payload: Payload): Payload {
    if (fieldOf(payload, 'encoding') !== encryptedEncoding) return payload;
    const keyId = fieldOf(payload, keyIdField);
    if (sealer === null) throw missingKey(keyId);
    return readPayload(sealer.open({ keyId, bytes: payload.data ?? new Uint8Array() }));
  }
}

/** Takes secrets out of what is sent to Temporal. What comes from there is left as it is. */
export function createRedactionCodec(redact: Redact): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => redactPayload(payload, redact)),
    decode: async (payloads) => payloads,
  };
}

function redactPayload(payload: Payload, redact: Redact): Payload {
  if (fieldOf(payload, 'encoding') !== jsonEncoding || !payload.data) return payload;
  const text = Buffer.from(payload.data).toString('utf8');
  // Almost always: then nothing is parsed.
  if (redact(text) === text) return payload;
  const value: unknown = JSON.parse(text);
  return { ...payload, data: Buffer.from(JSON.stringify(redactDeep(value, redact))) };
}

function fieldOf({ metadata }: Payload, name: string): string {
  return Buffer.from(metadata?.[name] ?? []).toString('utf8');
}

/** A payload as JSON, in the form of Protocol Buffers: bytes are base64. The web UI of Temporal speaks it, too. */
export interface PayloadJson {
  metadata?: Record<string, string> | undefined;
  data?: string | undefined;
}

export function toPayloadJson({ metadata, data }: Payload): Required<PayloadJson> {
  const fields = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, toBase64(bytes)]);
  return { metadata: Object.fromEntries(fields) as Record<string, string>, data: toBase64(data ?? new Uint8Array()) };
}

export function fromPayloadJson({ metadata = {}, data = '' }: PayloadJson): Payload {
  const fields = Object.entries(metadata).map(([name, text]): [string, Uint8Array] => [name, fromBase64(text)]);
  return { metadata: Object.fromEntries(fields), data: fromBase64(data) };
}

/*
 * What is inside of an encrypted payload: the length of its metadata in four bytes, the metadata as JSON, the data.
 * Base64 of the data would be a third longer, and nobody else has to read it.
 */
function writePayload(payload: Payload): Uint8Array {
  const metadata = Buffer.from(JSON.stringify(toPayloadJson({ metadata: payload.metadata ?? {} }).metadata));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(metadata.length);
  return Buffer.concat([length, metadata, payload.data ?? new Uint8Array()]);
}

function readPayload(plain: Uint8Array): Payload {
  const bytes = Buffer.from(plain);
  const end = 4 + bytes.readUInt32BE();
  const metadata = JSON.parse(bytes.subarray(4, end).toString('utf8')) as Record<string, string>;
  return { ...fromPayloadJson({ metadata }), data: bytes.subarray(end) };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

/**
 * The part of an address that gives the right to decode payloads. It follows from the first key, so that every process
 * knows it and a new first key makes it worthless.
 */
export function codecSecret([first]: EncryptionKeys): string {
  return deriveSecret(first, 'codec-endpoint');
}

/** The endpoint as Temporal's web UI wants it: without `/decode`. Whoever has this address can read all payloads. */
export function codecAddress(apiUrl: string, keys: EncryptionKeys): string {
  return `${apiUrl.replace(/\/$/, '')}/codec/${codecSecret(keys)}`;
}

/** Whether a text from outside is that secret. The time it takes tells nothing about it. */
export function isCodecSecret(given: string, keys: EncryptionKeys): boolean {
  return timingSafeEqual(digestOf(given), digestOf(codecSecret(keys)));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
