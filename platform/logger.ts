import pino, { type Logger } from 'pino';

import { createRedactor, type Redact } from '../domain/text/redact.ts';
import type { Config } from './config.ts';

export type { Logger } from 'pino';

/** A redactor that knows every secret of the configuration. */
export function createConfigRedactor(config: Pick<Config, 'databaseUrl' | 'providers'>): Redact {
  const password = URL.canParse(config.databaseUrl) ? new URL(config.databaseUrl).password : '';
  const secrets = [config.providers.anthropic.apiKey, config.providers.openai.apiKey, decodeURIComponent(password)];
  return createRedactor(secrets.filter((secret) => secret !== undefined));
}

/**
 * JSON lines on standard output. Every finished line passes the redactor, so that a secret is hidden by its value
 * wherever it stands; hiding by the name of a field would miss it in messages and stacks.
 */
export function createLogger(name: string, config: Pick<Config, 'logLevel'>, redact: Redact): Logger {
  const destination = { write: (line: string) => void process.stdout.write(redact(line)) };
  return pino({ name, level: config.logLevel, base: { name } }, destination);
}
