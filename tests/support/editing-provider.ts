import { startProviderServer, type ProviderCall, type ProviderReply, type ProviderServer } from './provider-server.ts';

/** A question of an order titled `Add <word>`, in the words of the product. */
export interface EditingQuestion {
  call: ProviderCall;
  step: 'plan' | 'edit';
  /** The word of the title. */
  word: string;
}

/** Answers instead of the usual change; undefined leaves it to the usual one. */
export type Interception = (
  question: EditingQuestion,
) => ProviderReply | undefined | Promise<ProviderReply | undefined>;

/** A provider that knows one kind of change: an order `Add <word>` gets a new file `src/<word>.js`. */
export async function startEditingProvider(intercept: Interception = () => undefined): Promise<ProviderServer> {
  return startProviderServer({
    reply: async (call) => {
      const question = readQuestion(call);
      return (await intercept(question)) ?? { text: usualAnswer(question) };
    },
  });
}

/** Variables with which a worker asks this provider, and no other. */
export function providerEnvironment(provider: ProviderServer, apiKey = 'test-key-of-nobody'): Record<string, string> {
  return { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: provider.baseUrl, OPENAI_MODEL: 'gpt-5.4-mini' };
}

/** An order that the provider can do, with a criterion that proves it. */
export function addOrder(repository: string, word: string): object {
  return {
    repository,
    title: `Add ${word}`,
    description: `There should be a constant named ${word}.`,
    acceptanceCriteria: [{ id: 'AC1', text: 'It is there.', command: `grep -q ${word} src/${word}.js` }],
    filesInScope: ['src'],
    risk: 'low',
  };
}

/** A search and replace block that makes a new file, or changes an existing one. */
export function editBlock(path: string, search: string, replace: string): string {
  return `${path}\n\`\`\`javascript\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n\`\`\`\n`;
}

function readQuestion(call: ProviderCall): EditingQuestion {
  const word = /(?:Title|Change): Add (\w+)/.exec(call.text)?.[1] ?? '';
  return { call, word, step: call.text.startsWith('You plan changes') ? 'plan' : 'edit' };
}

function usualAnswer({ step, word }: EditingQuestion): string {
  const path = `src/${word}.js`;
  if (step === 'edit') return editBlock(path, '', `export const ${word} = '${word}';\n`);
  return JSON.stringify({
    summary: `Add ${word} in a file of its own.`,
    files: [{ path, intent: 'The constant.', isNew: true }],
    criteriaCovered: ['AC1'],
  });
}
