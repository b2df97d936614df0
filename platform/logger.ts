import pino, { type Logger } from 'pino';

import { createRedactor, type Redact } from '../domain/text/redact.ts';
import { binaryForms } from '../domain/text/secret-values.ts';
import type { Config } from './config.ts';
import { codecSecret } from './payload-codec.ts';

export type { Logger } from 'pino';

/** The settings that hold secrets. */
export type SecretSettings = Pick<Config, 'databaseUrl' | 'providers'> &
  Partial<Pick<Config, 'encryptionKeys'>> & {
    /** What logins are signed with. */
    access?: { secrets: readonly string[] };
  };

/** Every secret of the configuration. A key that is bytes is there in the forms in which it can be written. */
export function configSecrets(config: SecretSettings): string[] {
  const { providers, encryptionKeys: keys, access } = config;
  const keyTexts = (keys ?? []).flatMap(({ key }) => binaryForms(key.export()));
  const ofKeys = keys ? [...keyTexts, codecSecret(keys)] : [];
  const apiKeys = [providers.anthropic.apiKey, providers.openai.apiKey];
  const passwords = passwordsOf([config.databaseUrl, providers.anthropic.baseUrl, providers.openai.baseUrl]);
  return [...apiKeys, ...passwords, ...ofKeys, ...(access?.secrets ?? [])].filter((secret) => secret !== undefined);
}

function passwordsOf(addresses: readonly (string | undefined)[]): string[] {
  const urls = addresses.filter((address) => address !== undefined && URL.canParse(address));
  return urls.flatMap((address) => {
    const { password } = new URL(address ?? '');
    return [password, decodeLeniently(password)];
  });
}

/** A percent sign that begins no code belongs to the password. */
function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A redactor that knows every secret of the configuration. */
export function createConfigRedactor(config: SecretSettings): Redact {
  return createRedactor(configSecrets(config));
}

/** Takes a line of a log, with its line break. */
export type WriteLine = (line: string) => void;

/** Where worker and API write their logs; who starts them keeps it. */
export function writeToStandardOutput(line: string): void {
  process.stdout.write(line);
}

/**
 * JSON lines. Every finished line passes the redactor, so that a secret is hidden by its value wherever it stands; hiding by
 * the name of a field would miss it in messages and stacks.
 */
export function createLogger(
  name: string,
  { logLevel, writeLog = writeToStandardOutput }: Pick<Config, 'logLevel'> & { writeLog?: WriteLine },
  redact: Redact,
): Logger {
  const destination = {
    write: (line: string) => {
      writeLog(redact(line));
    },
  };
  return pino({ name, level: logLevel, base: { name } }, destination);
}
