/** Forms of credentials that are recognised without knowing their value. Each is linear: none looks twice at what it passed. */
const credentialForms: readonly RegExp[] = [
  /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{16,200}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,255}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}\b/g,
  /\bglpat-[A-Za-z0-9_-]{20,64}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,200}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----)){0,8000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
];

const credentialsInUrl = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,400}@/gi;

export const redactedMark = '[redacted]';

/** Turns a text into one without secrets. */
export type Redact = (text: string) => string;

/**
 * A redactor that knows the values of this process's secrets and the usual forms of credentials.
 *
 * @param secrets values to hide wherever they stand; shorter than 8 characters are ignored (they would hide ordinary words)
 */
export function createRedactor(secrets: readonly string[]): Redact {
  const values = [...new Set(secrets)].filter((secret) => secret.length >= 8).sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of values) clean = clean.replaceAll(value, redactedMark);
    for (const form of credentialForms) clean = clean.replaceAll(form, redactedMark);
    return clean.replaceAll(credentialsInUrl, `$1${redactedMark}@`);
  };
}
