import { z } from 'zod';

import { toUsdMicros } from '../domain/budget/money.ts';
import { parseEncryptionKeys, type EncryptionKeys } from './crypto.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const optionalText = z
  .string()
  .trim()
  .transform((text) => (text === '' ? undefined : text))
  .optional();
/** `0.5,2`: dollars per million tokens, input and output. */
const modelPrices = z
  .string()
  .trim()
  .regex(/^(\d+(\.\d+)?\s*,\s*\d+(\.\d+)?)?$/, 'must be two prices in dollars per million tokens, such as 0.5,2')
  .transform((text) => {
    if (text === '') return undefined;
    const [input = 0, output = 0] = text.split(',').map((price) => toUsdMicros(Number(price)));
    return { inputUsdMicrosPerMillionTokens: input, outputUsdMicrosPerMillionTokens: output };
  })
  .optional();
/** `anthropic,openai,ollama`: who is asked in whose place, in this order; `none`: nobody. */
const fallbackChain = z
  .string()
  .trim()
  .default('anthropic,openai,ollama')
  .transform((text) => (text === 'none' || text === '' ? [] : text.split(',').map((name) => name.trim())))
  .pipe(z.array(z.enum(['anthropic', 'openai', 'ollama'], 'must be some of anthropic, openai, ollama, or none')));
/** `name:base64 of 32 bytes`, several with commas between them. */
const encryptionKeys = z
  .string()
  .trim()
  .transform((text, context): EncryptionKeys | undefined => {
    if (text === '') return undefined;
    try {
      return parseEncryptionKeys(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'can not be read';
      // Without the input: it would put keys into the error.
      context.issues.push({ code: 'custom', message, input: undefined });
      return z.NEVER;
    }
  })
  .optional();
/** Words between commas. */
const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  );
const authSecrets = list.refine(
  (secrets) => secrets.every((secret) => Buffer.byteLength(secret) >= 32),
  'each secret must have at least 32 bytes: `openssl rand -hex 32` makes one',
);
/** Requests an hour: of one person by role, and of everybody together. */
export const defaultRequestsPerHour = {
  ...{ user: 100, coach: 100, approver: 1_000, operator: 5_000, on_call: 5_000, admin: 5_000 },
  all: 10_000,
};
/** `user=200,all=50000`: the others keep their default. */
const requestsPerHour = list
  .pipe(
    z.array(
      z
        .string()
        .regex(/^(user|coach|approver|operator|on_call|admin|all)=[1-9]\d{0,8}$/, 'must be such as user=100,all=10000'),
    ),
  )
  .transform((entries) => {
    const given = entries.map((one): [string, number] => [one.split('=')[0] ?? '', Number(one.split('=')[1])]);
    return { ...defaultRequestsPerHour, ...(Object.fromEntries(given) as Partial<typeof defaultRequestsPerHour>) };
  });
const megabytes = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

/** Every variable that this product reads, by name. docs/configuration.md explains each. */
export const environmentSchema = z.object({
  DATABASE_URL: z.string().min(1),
  DATABASE_OWNER_URL: optionalText,
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_UI_URL: z.url().optional(),
  RATCHET_STATE_DIR: z.string().startsWith('/'),
  RATCHET_CACHE: z.string().startsWith('/'),
  RATCHET_API_HOST: z.string().default('127.0.0.1'),
  RATCHET_API_PORT: port.default(4747),
  RATCHET_API_HOSTS: list,
  RATCHET_TRUSTED_PROXIES: list,
  RATCHET_AUTH_SECRETS: authSecrets,
  RATCHET_REQUESTS_PER_HOUR: requestsPerHour,
  RATCHET_WORKER_HEALTH_PORT: port.default(4748),
  RATCHET_WORKSPACE_SLOTS: z.coerce.number().int().min(1).max(16).default(2),
  RATCHET_REPOSITORY_SIZE_MAX_MB: megabytes(2048),
  RATCHET_DISK_FREE_MIN_MB: megabytes(1024),
  RATCHET_SANDBOX: z.enum(['auto', 'required', 'off']).default('auto'),
  RATCHET_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  RATCHET_SCRIPTED_MODEL: optionalText,
  RATCHET_POLICY_FILE: optionalText,
  RATCHET_MODELS_FILE: optionalText,
  RATCHET_FALLBACK_CHAIN: fallbackChain,
  RATCHET_ENCRYPTION_KEYS: encryptionKeys,
  RATCHET_TEMPORAL_ENCRYPTION: z.enum(['on', 'off']).default('on'),
  AIDER_PATH: optionalText,
  LIZARD_PATH: optionalText,
  ANTHROPIC_API_KEY: optionalText,
  ANTHROPIC_BASE_URL: z.url().optional(),
  OPENAI_API_KEY: optionalText,
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: optionalText,
  OPENAI_MODEL_PRICES: modelPrices,
  OLLAMA_BASE_URL: z.url().default('http://127.0.0.1:11434'),
  OLLAMA_MODEL: optionalText,
  PATH: z.string().default(''),
  HOME: z.string().default(''),
});

type Environment = z.infer<typeof environmentSchema>;

/** All settings of a process, read once at its start and handed down from there. */
export type Config = ReturnType<typeof toConfig>;

function toProviders(environment: Environment) {
  return {
    anthropic: { apiKey: environment.ANTHROPIC_API_KEY, baseUrl: environment.ANTHROPIC_BASE_URL },
    openai: {
      apiKey: environment.OPENAI_API_KEY,
      baseUrl: environment.OPENAI_BASE_URL,
      model: environment.OPENAI_MODEL,
      /** Prices of `model` when the catalogue doesn't know it; they also replace known ones. */
      modelPrices: environment.OPENAI_MODEL_PRICES,
    },
    ollama: { baseUrl: environment.OLLAMA_BASE_URL, model: environment.OLLAMA_MODEL },
    /** Absolute path of a script file: the scripted model answers from it. Unset: there is no scripted model. */
    scripted: { scriptPath: environment.RATCHET_SCRIPTED_MODEL },
  };
}

function toConfig(environment: Environment, given: NodeJS.ProcessEnv) {
  return {
    databaseUrl: environment.DATABASE_URL,
    logLevel: environment.RATCHET_LOG_LEVEL,
    /** Absolute; holds mirrors, workspaces, the local forge and logs. */
    stateDir: environment.RATCHET_STATE_DIR,
    /** Absolute; shared by all clones on this machine. */
    cacheDir: environment.RATCHET_CACHE,
    temporal: {
      address: environment.TEMPORAL_ADDRESS,
      namespace: environment.TEMPORAL_NAMESPACE,
      /** Address of Temporal's web UI, when one is known. */
      uiUrl: environment.TEMPORAL_UI_URL,
    },
    api: {
      host: environment.RATCHET_API_HOST,
      port: environment.RATCHET_API_PORT,
      /** Names under which it is reached beside those of this machine. */
      hosts: environment.RATCHET_API_HOSTS.map((host) => host.toLowerCase()),
      /** Addresses of proxies whose X-Forwarded-For counts. */
      trustedProxies: environment.RATCHET_TRUSTED_PROXIES,
    },
    access: {
      /** The first signs logins, all of them are believed. The API does not start without one. */
      secrets: environment.RATCHET_AUTH_SECRETS,
      requestsPerHour: environment.RATCHET_REQUESTS_PER_HOUR,
    },
    worker: {
      healthPort: environment.RATCHET_WORKER_HEALTH_PORT,
      /** Workspace steps at the same time on this host; each runs compilers and tests. */
      workspaceSlots: environment.RATCHET_WORKSPACE_SLOTS,
    },
    limits: {
      repositorySizeMaxBytes: environment.RATCHET_REPOSITORY_SIZE_MAX_MB * 1024 * 1024,
      diskFreeMinBytes: environment.RATCHET_DISK_FREE_MIN_MB * 1024 * 1024,
    },
    /** `auto`: bubblewrap where the machine has it; `required`: refuse without it. */
    sandbox: environment.RATCHET_SANDBOX,
    /** Path of a YAML file that changes numbers of the policy; undefined: the defaults. */
    policyFile: environment.RATCHET_POLICY_FILE,
    /** Path of a JSON file with models and prices of one's own; undefined: those that come with Ratchet. */
    modelsFile: environment.RATCHET_MODELS_FILE,
    /** Providers that stand in for one that does not answer. */
    fallbackChain: environment.RATCHET_FALLBACK_CHAIN,
    /** What is stored of models and in Temporal is encrypted with the first; null: nothing is. */
    encryptionKeys: environment.RATCHET_ENCRYPTION_KEYS ?? null,
    /** Whether what goes to Temporal is encrypted, where there are keys. */
    encryptsPayloads:
      environment.RATCHET_ENCRYPTION_KEYS !== undefined && environment.RATCHET_TEMPORAL_ENCRYPTION === 'on',
    aiderPath: environment.AIDER_PATH ?? 'aider',
    /** Absolute; undefined: the complexity of changed code is unknown. */
    lizardPath: environment.LIZARD_PATH,
    /** What child processes may inherit: where to find programs, nothing else. */
    childPath: environment.PATH,
    /** The part of the environment that a repository's own commands may see. */
    childEnvironment: readChildEnvironment(given),
    home: environment.HOME,
    providers: toProviders(environment),
  };
}

/** Variables that tell package managers where registries, proxies and certificates are; none of them is a secret. */
const registryVariables =
  /^(npm_config_registry|npm_config_cafile|pip_index_url|pip_find_links|pip_cert|goproxy|gosumdb|gonosumdb|goflags|https?_proxy|no_proxy|ssl_cert_file|ssl_cert_dir|node_extra_ca_certs|requests_ca_bundle|java_home|cargo_http_cainfo|lang|lc_all|tz)$/i;

/** Values that carry a password are left out. */
function readChildEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined && registryVariables.test(pair[0]) && !/\/\/[^/]*@/.test(pair[1]),
  );
  return Object.fromEntries(entries);
}

/**
 * The address of the database, for a process that needs no other setting.
 *
 * @throws an Error of one sentence when it is missing
 */
export function readDatabaseUrl(environment: NodeJS.ProcessEnv = process.env): string {
  const parsed = environmentSchema.pick({ DATABASE_URL: true }).safeParse(environment);
  if (parsed.success) return parsed.data.DATABASE_URL;
  throw new Error('DATABASE_URL is not set: nobody knows which database is meant. See docs/configuration.md.');
}

/**
 * Reads the settings of this process.
 *
 * @throws an Error with one sentence per wrong variable
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environmentSchema.safeParse(environment);
  if (parsed.success) return toConfig(parsed.data, environment);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `The environment of this process is not complete: ${problems.join('; ')}. \`npm start\` sets it; see docs/configuration.md.`,
  );
}
