import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';
import { z } from 'zod';

import { startEditingProvider, type AskedStep } from './editing-provider.ts';
import type { ProviderServer } from './provider-server.ts';

const scriptFile = fileURLToPath(new URL('../../examples/scripted-model.yaml', import.meta.url));
const scriptSchema = z.array(z.looseObject({ when: z.looseObject({ step: z.string() }), reply: z.string() }));

/** A provider that can do the first bundled order, and keeps its editor waiting for as long as a test wants. */
export interface BundledOrderProvider extends ProviderServer {
  /** From now on edits are answered. */
  answerEdits(): void;
  /** Questions of one kind so far, answered or not. */
  countOf(step: AskedStep): number;
}

/** Answers plans at once and edits never, until it is told to. */
export async function startBundledOrderProvider(): Promise<BundledOrderProvider> {
  const rules = scriptSchema.parse(parse(await readFile(scriptFile, 'utf8')));
  const counts = { plan: 0, edit: 0, repair: 0 };
  let isAnsweringEdits = false;
  const provider = await startEditingProvider(({ step }) => {
    counts[step] += 1;
    if (step === 'edit' && !isAnsweringEdits) return { hang: true };
    // The rules of the first bundled order come first.
    return { text: rules.find(({ when }) => when.step === step)?.reply ?? '' };
  });
  return {
    ...provider,
    answerEdits: () => void (isAnsweringEdits = true),
    countOf: (step) => counts[step],
  };
}
