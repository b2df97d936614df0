/** Which model providers this machine could use. Says whether a key is set, never what it is. */
import { readVariable } from './environment.mjs';

const OLLAMA_DEFAULT_URL = 'http://127.0.0.1:11434';
const ANSWER_TIMEOUT_MS = 1_500;

/**
 * @returns {Promise<import('./doctor.mjs').DoctorRow[]>} always `ok`: without any of them the scripted model plays the
 *   bundled orders
 */
export async function lookForProviders() {
  const openaiBaseUrl = readVariable('OPENAI_BASE_URL');
  const ollamaUrl = readVariable('OLLAMA_BASE_URL') ?? OLLAMA_DEFAULT_URL;
  const hasOpenai = readVariable('OPENAI_API_KEY') !== undefined || openaiBaseUrl !== undefined;
  const [openaiFound, ollamaFound] = await Promise.all([
    openaiBaseUrl === undefined ? Promise.resolve('key set') : describeReach(openaiBaseUrl),
    describeReach(ollamaUrl),
  ]);
  return [
    providerRow('Anthropic', {
      found: readVariable('ANTHROPIC_API_KEY') === undefined ? 'no key' : 'key set',
      from: 'ANTHROPIC_API_KEY',
      fix: 'set it to use real models on your own repositories',
    }),
    providerRow('OpenAI', {
      found: hasOpenai ? openaiFound : 'no key',
      from: openaiBaseUrl === undefined ? 'OPENAI_API_KEY' : `OPENAI_BASE_URL ${withoutSecrets(openaiBaseUrl)}`,
      fix: 'set it, or OPENAI_BASE_URL for a compatible server',
    }),
    providerRow('Ollama', {
      found: ollamaFound,
      from: withoutSecrets(ollamaUrl),
      fix: 'start Ollama to use local models',
    }),
  ];
}

/**
 * @param {string} name
 * @param {{ found: string, from: string, fix: string }} look
 * @returns {import('./doctor.mjs').DoctorRow}
 */
function providerRow(name, { found, from, fix }) {
  const isUsable = found === 'key set' || found === 'reachable';
  return { part: `models: ${name}`, needed: 'optional', found, from, state: 'ok', fix: isUsable ? '' : fix };
}

/**
 * @param {string} baseUrl
 * @returns {Promise<string>} any answer counts as reachable, also one that asks for a key
 */
async function describeReach(baseUrl) {
  try {
    const response = await fetch(baseUrl, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await response.body?.cancel();
    return 'reachable';
  } catch {
    // Refused, unknown host, no answer in time: all mean that it can't be used now.
    return 'not reachable';
  }
}

/**
 * @param {string} address
 * @returns {string} without user, password and query, where people put keys
 */
function withoutSecrets(address) {
  try {
    const { origin, pathname } = new URL(address);
    return pathname === '/' ? origin : origin + pathname;
  } catch {
    return 'not an address';
  }
}
