/**
 * The one place in the plain-JavaScript tools that reads the environment. They run before the configuration of the
 * product exists (its schema needs installed packages), so they read single variables, and only here.
 */

/** Names that every part of the stack may see: where things are, language, proxies and certificates. */
const HOST_NAMES = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'XDG_CACHE_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_ENV_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
];

/** Names that tell package managers where their registries are: a repository's own install needs them. */
const REGISTRY_NAMES =
  /^(npm_config_(registry|cafile)|pip_(index_url|find_links|cert)|goproxy|gosumdb|gonosumdb|goflags|java_home|cargo_http_cainfo)$/i;

/** Names that choose a model provider. The worker gets them, and nobody else. */
const PROVIDER_NAMES = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_BASE_URL',
  'OPENAI_MODEL',
  'OPENAI_MODEL_PRICES',
  'OLLAMA_BASE_URL',
  'OLLAMA_MODEL',
];

/** Secrets of the stack itself: each part is given those that it needs, one by one. */
const SECRET_NAMES = ['RATCHET_AUTH_SECRETS', 'RATCHET_ENCRYPTION_KEYS', 'RATCHET_API_TOKEN'];

/** Names that send connections through a proxy. */
const PROXY_NAME = /^(?:https?|all|grpc)_proxy$/i;

/** Where the parts of the stack listen. A proxy can't reach them there. */
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '::1'];

/**
 * One variable of the environment.
 *
 * @param {string} name
 * @returns {string | undefined} undefined when unset or empty: `NAME= npm start` means "not set" to everybody who types it
 */
export function readVariable(name) {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The environment for package managers and compilers that the user could have called by hand: all of it, because their
 * settings (mirrors, proxies, certificates, caches) live in variables that nobody can list. Where there is a proxy, this
 * machine itself is reached without it.
 *
 * @param {Record<string, string>} [additions] set on top
 * @returns {Record<string, string>}
 */
export function hostEnvironment(additions = {}) {
  return withDirectLoopback({ ...withoutUndefined(process.env), ...additions });
}

/**
 * The settings of model providers, keys among them: for the worker, the only process that talks to them.
 *
 * @returns {Record<string, string>}
 */
export function providerEnvironment() {
  const given = PROVIDER_NAMES.map((name) => [name, process.env[name]]);
  return withoutUndefined(Object.fromEntries(given));
}

/**
 * The environment for a part of the stack: an allow list, so that a secret of the user's shell does not travel into
 * processes that have no use for it. Where there is a proxy, this machine itself is reached without it.
 *
 * @param {Record<string, string>} [additions] set on top
 * @returns {Record<string, string>}
 */
export function stackEnvironment(additions = {}) {
  /** @type {Record<string, string>} */
  const chosen = {};
  for (const [name, value] of Object.entries(process.env)) {
    const isWanted =
      HOST_NAMES.includes(name) || REGISTRY_NAMES.test(name) || name.startsWith('LC_') || name.startsWith('RATCHET_');
    if (isWanted && value !== undefined && !SECRET_NAMES.includes(name)) chosen[name] = value;
  }
  return withDirectLoopback({ ...chosen, ...additions });
}

/**
 * @param {Record<string, string>} environment
 * @returns {Record<string, string>} the same where no variable names a proxy
 */
function withDirectLoopback(environment) {
  const hasProxy = Object.entries(environment).some(([name, value]) => PROXY_NAME.test(name) && value !== '');
  if (!hasProxy) return environment;
  const { NO_PROXY: upper = '', no_proxy: lower = '' } = environment;
  // Programs read one of the two, each its own: the one that is new must hold what the other says.
  return {
    ...environment,
    NO_PROXY: withLoopbackHosts(upper === '' ? lower : upper),
    no_proxy: withLoopbackHosts(lower === '' ? upper : lower),
  };
}

/** @param {string} exceptions hosts that are reached without a proxy; `*` is all of them, and only when it stands alone */
function withLoopbackHosts(exceptions) {
  const given = exceptions.split(/[\s,]+/).filter((host) => host !== '');
  if (given.includes('*')) return exceptions;
  return [...given, ...LOOPBACK_HOSTS.filter((host) => !given.includes(host))].join(',');
}

/**
 * @param {NodeJS.ProcessEnv} source
 * @returns {Record<string, string>}
 */
function withoutUndefined(source) {
  /** @type {Record<string, string>} */
  const defined = {};
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
