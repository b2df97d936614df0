/** The forms in which a known value can stand in a text. */

/** Shorter values would hide ordinary words. */
export const secretLengthMin = 8;

/**
 * A value as it is, and as JSON, addresses, HTML, Markdown, a shell, base64 and hexadecimal digits write it. Base64 is
 * recognised wherever the value stands in the encoded text: up to two bytes in front of it shift its digits.
 *
 * @returns longest first, none shorter than 8 characters
 */
export function encodedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  const whole = value.toWellFormed();
  const address = encodeURIComponent(whole);
  const forms = [
    value,
    json,
    twice,
    json.replaceAll('/', String.raw`\/`),
    toAsciiJson(json),
    address,
    encodeURI(whole),
    encodeURIComponent(address),
    address.replaceAll(/[!'()*~]/g, percentEncoded).replaceAll('%20', '+'),
    address.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    value.replaceAll('&', '&amp;').replaceAll(/[<>"']/g, (character) => htmlNames[character] ?? character),
    value.replaceAll('&', '&amp;').replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`),
    value.replaceAll("'", String.raw`'\''`),
    ...binaryForms(new TextEncoder().encode(whole)),
  ];
  return longestFirst(forms);
}

/** The same for a secret that is bytes, such as a key: they are never written as text. */
export function binaryForms(bytes: Uint8Array): string[] {
  const encoded = [0, 1, 2].map((shift) => base64Core(bytes, shift));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const forAddresses = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return longestFirst([...encoded, ...forAddresses, hex, hex.toUpperCase()]);
}

function longestFirst(forms: readonly string[]): string[] {
  const fitting = [...new Set(forms)].filter((text) => text.length >= secretLengthMin);
  return fitting.sort((a, b) => b.length - a.length);
}

const htmlNames: Record<string, string> = { '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function toAsciiJson(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The base64 digits that depend on these bytes alone, when `shift` other bytes stand in front of them. */
function base64Core(bytes: Uint8Array, shift: number): string {
  const padded = [...new Array<number>(shift).fill(0), ...bytes];
  const first = Math.ceil((shift * 8) / 6);
  const end = Math.floor((padded.length * 8) / 6);
  let text = '';
  for (let digit = first; digit < end; digit += 1) {
    const bit = digit * 6;
    const [high = 0, low = 0] = padded.slice(bit >> 3, (bit >> 3) + 2);
    text += digits.charAt((((high << 8) | low) >> (10 - (bit & 7))) & 63);
  }
  return text;
}
