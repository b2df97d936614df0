import type { ModelProviderName } from '../../../domain/budget/models.ts';
import type { Config } from '../../../platform/config.ts';
import { createConfigRedactor } from '../../../platform/logger.ts';
import { createAnthropicProvider } from './anthropic.ts';
import { createOllamaProvider } from './ollama.ts';
import { createOpenAiCompatibleProvider } from './openai-compatible.ts';
import type { ModelProvider } from './provider.ts';
import { createScriptedProvider } from './scripted.ts';

/** The providers that the settings make usable. */
export type ModelProviders = Partial<Record<ModelProviderName, ModelProvider>>;

/** Opens no connection: a provider is reached when it is first asked. */
export function createProviders(config: Pick<Config, 'databaseUrl' | 'providers'>): ModelProviders {
  const redact = createConfigRedactor(config);
  const { anthropic, openai, ollama, scripted } = config.providers;
  const providers: ModelProviders = { ollama: createOllamaProvider({ baseUrl: ollama.baseUrl, redact }) };
  if (anthropic.apiKey !== undefined) {
    providers.anthropic = createAnthropicProvider({ apiKey: anthropic.apiKey, baseUrl: anthropic.baseUrl, redact });
  }
  if (openai.apiKey !== undefined || openai.baseUrl !== undefined) {
    providers.openai = createOpenAiCompatibleProvider({ apiKey: openai.apiKey, baseUrl: openai.baseUrl, redact });
  }
  if (scripted.scriptPath !== undefined) providers.scripted = createScriptedProvider(scripted.scriptPath);
  return providers;
}
