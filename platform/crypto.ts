import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';

/** The setting that holds the keys. */
export const encryptionKeysSetting = 'RATCHET_ENCRYPTION_KEYS';

/** One key of the installation. Never used as it is: each purpose has a key derived from it. */
export interface EncryptionKey {
  /** Stands in the clear beside everything that was encrypted with it. */
  id: string;
  /** 32 bytes. */
  key: KeyObject;
}

/** The first one encrypts, all of them decrypt: that is how a key is replaced. */
export type EncryptionKeys = readonly [EncryptionKey, ...EncryptionKey[]];

/** What keys are for. What was sealed for one purpose can't be opened for another. */
export type SealPurpose = 'temporal-payload' | 'model-answer';

/** Something encrypted, with the name of its key. */
export interface Sealed {
  keyId: string;
  /** 12 bytes of nonce, the encrypted bytes, 16 bytes of tag. */
  bytes: Uint8Array;
}

/** Encrypts and decrypts for one purpose. */
export interface Sealer {
  /** @param binding where it belongs: opened with another binding it is as good as changed */
  seal(plain: Uint8Array, binding?: string): Sealed;
  /** @throws SealedError, with a sentence that names the key */
  open(sealed: Sealed, binding?: string): Uint8Array;
}

/** Something encrypted that can't be opened here. The message is one sentence for an operator and names the key. */
export class SealedError extends Error {
  override readonly name = 'SealedError';
  readonly keyId: string;

  constructor(keyId: string, message: string) {
    super(message);
    this.keyId = keyId;
  }
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
const keyIdForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;
const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads the setting: `id:base64 of 32 bytes`, several with commas between them.
 *
 * @throws an Error with half a sentence that says what is wrong and holds nothing of any key
 */
export function parseEncryptionKeys(text: string): EncryptionKeys {
  const [first, ...others] = text.split(',').map((part, index) => parseKey(part.trim(), index + 1));
  if (first === undefined) throw new Error('must hold at least one key');
  const keys: EncryptionKeys = [first, ...others];
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new Error(`has two keys of the name "${twice.id}"; give each its own`);
  return keys;
}

function parseKey(part: string, position: number): EncryptionKey {
  const colon = part.indexOf(':');
  const id = part.slice(0, Math.max(0, colon));
  // What stands before a colon may be a piece of a key that was pasted wrongly: it is shown only when it reads as a name.
  if (colon < 0 || !keyIdForm.test(id)) {
    throw new Error(
      `must be \`name:base64 of 32 bytes\`, several with commas between them, and number ${position} is not: a name has 1 to 40 letters, digits, dots, dashes or underscores`,
    );
  }
  const encoded = part.slice(colon + 1);
  const bytes = Buffer.from(encoded, 'base64');
  if (!base64Form.test(encoded) || bytes.length !== keyBytes) {
    throw new Error(
      `has a key "${id}" that is not base64 of ${keyBytes} bytes; \`openssl rand -base64 ${keyBytes}\` makes one`,
    );
  }
  return { id, key: createSecretKey(bytes) };
}

/** A secret that follows from a key: 32 bytes in base64url. It tells nothing of the key. */
export function deriveSecret({ key }: EncryptionKey, purpose: string): string {
  return deriveBytes(key, purpose).toString('base64url');
}

function deriveBytes(key: KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `ratchet/${purpose}`, keyBytes));
}

/**
 * AES-256-GCM with a key of its own for the purpose. Nonces are random: up to 2^32 of them per key are safe, more than
 * all payloads of many years.
 */
export function createSealer(keys: EncryptionKeys, purpose: SealPurpose): Sealer {
  const derived = new Map(keys.map(({ id, key }) => [id, createSecretKey(deriveBytes(key, purpose))]));
  const [{ id: sealingId }] = keys;
  const keyOf = (keyId: string): KeyObject => {
    const key = derived.get(keyId);
    if (key !== undefined) return key;
    throw missingKey(keyId);
  };
  return {
    seal(plain, binding = '') {
      const nonce = randomBytes(nonceBytes);
      const encrypting = createCipheriv(cipher, keyOf(sealingId), nonce, { authTagLength: tagBytes });
      encrypting.setAAD(Buffer.from(binding));
      const bytes = Buffer.concat([nonce, encrypting.update(plain), encrypting.final(), encrypting.getAuthTag()]);
      return { keyId: sealingId, bytes };
    },
    open({ keyId, bytes }, binding = '') {
      const key = keyOf(keyId);
      if (bytes.length < nonceBytes + tagBytes) throw notOpened(keyId);
      const decrypting = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decrypting.setAAD(Buffer.from(binding));
      decrypting.setAuthTag(bytes.subarray(-tagBytes));
      try {
        return Buffer.concat([decrypting.update(bytes.subarray(nonceBytes, -tagBytes)), decrypting.final()]);
      } catch {
        throw notOpened(keyId);
      }
    },
  };
}

/** Nobody here has the key of that name. */
export function missingKey(keyId: string): SealedError {
  const shown = keyIdForm.test(keyId) ? keyId : 'without a readable name';
  return new SealedError(
    keyId,
    `This was encrypted with the key "${shown}", which ${encryptionKeysSetting} does not have: put it back, behind the first one.`,
  );
}

function notOpened(keyId: string): SealedError {
  return new SealedError(
    keyId,
    `What was encrypted with the key "${keyId}" can't be opened: the key of that name in ${encryptionKeysSetting} is another one, or the content was changed.`,
  );
}

/** A sealed value as it stands in a JSON column. */
export interface SealedJson {
  /** `key id:base64`. */
  encrypted: string;
}

/** Encrypts a JSON value for a column. */
export function sealJson(sealer: Sealer, value: unknown, binding: string): SealedJson {
  const { keyId, bytes } = sealer.seal(Buffer.from(JSON.stringify(value)), binding);
  return { encrypted: `${keyId}:${Buffer.from(bytes).toString('base64')}` };
}

/** Whether a JSON value is one that `sealJson` made. */
export function isSealedJson(value: unknown): value is SealedJson {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false;
  return 'encrypted' in value && typeof value.encrypted === 'string';
}

/** @throws SealedError, with a sentence that names the key; without a sealer for every sealed value */
export function openJson(sealer: Sealer | null, { encrypted }: SealedJson, binding: string): unknown {
  const colon = Math.max(0, encrypted.indexOf(':'));
  const keyId = encrypted.slice(0, colon);
  if (sealer === null) throw missingKey(keyId);
  const bytes = Buffer.from(encrypted.slice(colon + 1), 'base64');
  return JSON.parse(Buffer.from(sealer.open({ keyId, bytes }, binding)).toString('utf8'));
}
