import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';
import { z } from 'zod';

import { AppError } from '../../../domain/errors.ts';
import type { ModelProvider, ProviderRequest } from './provider.ts';

const ruleSchema = z.strictObject({
  when: z.strictObject({
    step: z.enum(['plan', 'edit', 'repair', 'review']),
    /** Every one of them stands somewhere in the messages. */
    contains: z.array(z.string().min(1)).min(1),
    /** None of them does. */
    notContains: z.array(z.string().min(1)).default([]),
  }),
  reply: z.string().min(1),
});

const scriptSchema = z.array(ruleSchema).min(1);

type ScriptRule = z.infer<typeof ruleSchema>;

/** The usual rule of thumb; nothing is paid by it. */
const charactersPerToken = 4;

/**
 * Plays replies from a script (YAML or JSON): the first rule that fits the request answers. It is free and says
 * everywhere that it is scripted.
 *
 * @param scriptPath absolute; read at every call, so that an edited script is played without a restart
 */
export function createScriptedProvider(scriptPath: string): ModelProvider {
  return {
    async generate(request) {
      const rules = await readScript(scriptPath);
      const transcript = request.prompt.messages.map((message) => message.content).join('\n');
      const rule = rules.find((candidate) => fits(candidate, request, transcript));
      if (rule === undefined) {
        throw new AppError(
          'script-without-reply',
          'The scripted model only plays the bundled orders. Set ANTHROPIC_API_KEY, OPENAI_API_KEY or OPENAI_BASE_URL, or start Ollama, to work on this one.',
        );
      }
      request.onPiece?.({ kind: 'text', text: rule.reply });
      return {
        text: rule.reply,
        toolCalls: [],
        finishReason: 'stop',
        servedModel: 'scripted',
        usage: {
          inputTokens: Math.ceil(transcript.length / charactersPerToken),
          outputTokens: Math.ceil(rule.reply.length / charactersPerToken),
          cachedInputTokens: 0,
          cacheWriteInputTokens: 0,
        },
        firstByteMs: null,
        scripted: true,
      };
    },
  };
}

function fits({ when }: ScriptRule, request: ProviderRequest, transcript: string): boolean {
  return (
    when.step === request.step &&
    when.contains.every((text) => transcript.includes(text)) &&
    !when.notContains.some((text) => transcript.includes(text))
  );
}

async function readScript(scriptPath: string): Promise<ScriptRule[]> {
  // JSON is YAML: one parser reads both.
  const script: unknown = parse(await readFile(scriptPath, 'utf8'));
  const parsed = scriptSchema.safeParse(script);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'provider-bad-answer',
    `The script of the scripted model (${scriptPath}) can't be used: ${z.prettifyError(parsed.error)}. Correct the file that RATCHET_SCRIPTED_MODEL names.`,
  );
}
