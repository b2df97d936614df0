import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createSealer, deriveSecret, openJson, parseEncryptionKeys, sealJson } from '../../platform/crypto.ts';
import { loadConfig } from '../../platform/config.ts';

const key = (id: string, bytes = randomBytes(32)) => `${id}:${bytes.toString('base64')}`;
const older = key('older');
const newer = key('newer');

describe('an envelope', () => {
  it('gives back exactly what was put in, also in the place that it is bound to', () => {
    const sealer = createSealer(parseEncryptionKeys(older), 'model-answer');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (plain, binding) => {
        expect(Uint8Array.from(sealer.open(sealer.seal(plain, binding), binding))).toEqual(plain);
      }),
    );
  });

  it('is never the same twice and shows nothing of what is in it', () => {
    const sealer = createSealer(parseEncryptionKeys(older), 'model-answer');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 200 }), (plain) => {
        const [one, other] = [sealer.seal(plain), sealer.seal(plain)].map(({ bytes }) => Buffer.from(bytes));
        expect(one!.equals(other!)).toBe(false);
        expect(one!.includes(Buffer.from(plain))).toBe(false);
        expect(one).toHaveLength(plain.length + 28);
      }),
    );
  });

  it('is refused when any bit of it was changed, when it was cut, and in another place', () => {
    const sealer = createSealer(parseEncryptionKeys(older), 'model-answer');
    const plain = Buffer.from('an answer');
    const { keyId, bytes } = sealer.seal(plain, 'here');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= 1 << bit;
        expect(() => sealer.open({ keyId, bytes: changed }, 'here')).toThrow(/"older" can't be opened/);
        expect(() => sealer.open({ keyId, bytes: bytes.subarray(0, at) }, 'here')).toThrow(/"older" can't be opened/);
      }),
    );
    expect(() => sealer.open({ keyId, bytes }, 'there')).toThrow(/"older" can't be opened/);
    const other = createSealer(parseEncryptionKeys(older), 'temporal-payload');
    expect(() => other.open({ keyId, bytes }, 'here')).toThrow(/"older" can't be opened/);
  });

  it('is opened after a rotation, and after the old key is gone the error names it', () => {
    const sealed = createSealer(parseEncryptionKeys(older), 'model-answer').seal(Buffer.from('kept'));
    const rotated = createSealer(parseEncryptionKeys(`${newer}, ${older}`), 'model-answer');
    expect(Buffer.from(rotated.open(sealed)).toString()).toBe('kept');
    expect(rotated.seal(Buffer.from('kept')).keyId).toBe('newer');
    const without = createSealer(parseEncryptionKeys(newer), 'model-answer');
    expect(() => without.open(sealed)).toThrow(
      'This was encrypted with the key "older", which RATCHET_ENCRYPTION_KEYS does not have: put it back, behind the first one.',
    );
    const impostor = createSealer(parseEncryptionKeys(key('older')), 'model-answer');
    expect(() => impostor.open(sealed)).toThrow(/"older".*is another one, or the content was changed/);
  });

  it('holds any JSON in a column, and says without keys which one is missing', () => {
    const sealer = createSealer(parseEncryptionKeys(older), 'model-answer');
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, binding) => {
        const column = JSON.parse(JSON.stringify(sealJson(sealer, value, binding))) as { encrypted: string };
        expect(JSON.stringify(openJson(sealer, column, binding))).toBe(JSON.stringify(value));
      }),
    );
    expect(() => openJson(null, sealJson(sealer, 1, ''), '')).toThrow(/"older", which RATCHET_ENCRYPTION_KEYS/);
    expect(() => openJson(sealer, { encrypted: 'nonsense' }, '')).toThrow(/key "without a readable name"/);
  });
});

describe('the setting of the keys', () => {
  const load = (keys?: string) =>
    loadConfig({
      DATABASE_URL: 'postgresql://127.0.0.1/ratchet',
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      RATCHET_STATE_DIR: '/state',
      RATCHET_CACHE: '/cache',
      ...(keys === undefined ? {} : { RATCHET_ENCRYPTION_KEYS: keys }),
    }).encryptionKeys;

  it('means no encryption when it is absent or empty', () => {
    expect(load()).toBeNull();
    expect(load('  ')).toBeNull();
    expect(load(`${newer},${older}`)?.map(({ id }) => id)).toEqual(['newer', 'older']);
  });

  const bytes = randomBytes(32).toString('base64');
  it.each([
    ['no name', bytes, /number 1 is not/],
    ['a name with a space', `a b:${bytes}`, /number 1 is not/],
    ['a second one without a name', `a:${bytes},${bytes}`, /number 2 is not/],
    ['too few bytes', `short:${randomBytes(31).toString('base64')}`, /key "short" that is not base64 of 32 bytes/],
    ['too many bytes', `long:${randomBytes(33).toString('base64')}`, /key "long" that is not base64 of 32 bytes/],
    ['something else than base64', `odd:${'?'.repeat(44)}`, /key "odd" that is not base64 of 32 bytes/],
    ['the same name twice', `a:${bytes},a:${bytes}`, /two keys of the name "a"/],
    ['a comma at the end', `a:${bytes},`, /number 2 is not/],
  ])('is refused with one sentence that shows no key: %s', (_what, keys, sentence) => {
    const refuse = () => load(keys);
    expect(refuse).toThrow(sentence);
    expect(refuse).toThrow(/^The environment of this process is not complete: RATCHET_ENCRYPTION_KEYS: /);
    try {
      refuse();
    } catch (error) {
      const told = [String(error), (error as Error).stack ?? '', JSON.stringify(error)].join('\n');
      expect(told).not.toContain(bytes);
    }
  });
});

describe('a derived secret', () => {
  it('is the same in every process and another one for every key and purpose', () => {
    const [one] = parseEncryptionKeys(older);
    const [other] = parseEncryptionKeys(newer);
    expect(deriveSecret(one, 'a')).toBe(deriveSecret(parseEncryptionKeys(older)[0], 'a'));
    expect(new Set([deriveSecret(one, 'a'), deriveSecret(one, 'b'), deriveSecret(other, 'a')]).size).toBe(3);
    expect(deriveSecret(one, 'a')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
