import type { z } from 'zod';

import { AppError } from '../../domain/errors.ts';
import type { GenerateRequest, ModelGateway } from './gateway.ts';

/** A value that a model was asked for, and what all calls for it cost. */
export interface StructuredResult<Value> {
  value: Value;
  costUsdMicros: number;
}

/**
 * Asks for one JSON object and reads it with a schema. An answer that can't be read is given back once, with what is
 * wrong with it, or as often as `callsMax` allows.
 *
 * @param request its last message asks for the object and says what it holds
 * @throws AppError `provider-bad-answer` when no answer could be read, with what was wrong with the last one
 */
export async function generateStructured<Schema extends z.ZodType>(
  gateway: Pick<ModelGateway, 'generate'>,
  request: GenerateRequest,
  { schema, callsMax = 2 }: { schema: Schema; callsMax?: number },
): Promise<StructuredResult<z.infer<Schema>>> {
  let messages = request.messages;
  let costUsdMicros = 0;
  let problem = '';
  for (let calls = 1; calls <= callsMax; calls += 1) {
    const answer = await gateway.generate({ ...request, messages });
    costUsdMicros += answer.costUsdMicros;
    const read = readObject(answer.text, schema);
    if ('value' in read) return { value: read.value, costUsdMicros };
    ({ problem } = read);
    messages = [
      ...request.messages,
      { role: 'assistant', content: answer.text.slice(0, answerLengthMax) },
      { role: 'user', content: `Your answer could not be read: ${problem} Answer again, with the JSON object alone.` },
    ];
  }
  throw new AppError(
    'provider-bad-answer',
    `${request.model} did not answer with an object that can be read, even when asked again. ${problem}`,
    { context: { model: request.model, problem } },
  );
}

/** Of an answer that is shown to the model again; what is wrong is said beside it. */
const answerLengthMax = 20_000;
const problemsMax = 10;

/** The object in an answer, or one sentence that tells what is wrong. A fence or words around it are allowed. */
function readObject<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): { value: z.infer<Schema> } | { problem: string } {
  const from = text.indexOf('{');
  const to = text.lastIndexOf('}');
  if (from === -1 || to < from) return { problem: 'There is no JSON object in it.' };
  let json: unknown;
  try {
    json = JSON.parse(text.slice(from, to + 1));
  } catch (error) {
    return { problem: `The JSON is not valid (${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}).` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const issues = parsed.error.issues.slice(0, problemsMax).map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { problem: `${issues.join('; ')}.` };
}
