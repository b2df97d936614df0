import { startProviderServer, type ProviderCall, type ProviderReply, type ProviderServer } from './provider-server.ts';

/** What a model is asked for. */
export type AskedStep = 'plan' | 'edit' | 'repair';

/** A question of an order titled `Add <word>`, in the words of the product. */
export interface EditingQuestion {
  call: ProviderCall;
  step: AskedStep;
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

/** The constant that an order asks for, and nothing that the tests of `checkedFiles` would accept. */
export function wrongEdit(word: string): string {
  return editBlock(`src/${word}.js`, '', wrongLine(word));
}

function wrongLine(word: string): string {
  return `export const ${word} = 'wrong';\n`;
}

function rightLine(word: string): string {
  return `export const ${word} = '${word}';\n`;
}

function readQuestion(call: ProviderCall): EditingQuestion {
  const word = /(?:Title|Change): Add (\w+)/.exec(call.text)?.[1] ?? '';
  return { call, word, step: stepOf(call) };
}

/** Which step a question belongs to: each begins with words of its own. */
export function stepOf({ text }: ProviderCall): AskedStep {
  if (text.startsWith('You plan changes')) return 'plan';
  return text.includes('does not pass its checks') ? 'repair' : 'edit';
}

function usualAnswer({ step, word }: EditingQuestion): string {
  const path = `src/${word}.js`;
  if (step !== 'plan') return editBlock(path, '', rightLine(word));
  return JSON.stringify({
    summary: `Add ${word} in a file of its own.`,
    files: [{ path, intent: 'The constant.', isNew: true }],
    criteriaCovered: ['AC1'],
  });
}
