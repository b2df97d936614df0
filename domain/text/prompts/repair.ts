import type { Failure } from '../../failures/failure-class.ts';

/** What the editor is told when gates found something in its change. */
export interface RepairRequest {
  title: string;
  description: string;
  failure: Failure;
  /** The new errors, one per line; not the raw log. Empty where the tool named none. */
  errors: readonly string[];
  /** The command that has to succeed. */
  command: string | null;
}

/** The message for a repair. It begins with our own fixed words, for the reason that `editMessage` gives. */
export function repairMessage({ title, description, failure, errors, command }: RepairRequest): string {
  const { context } = failure;
  const told = errors.length > 0 ? errors.map((error) => `- ${error}`).join('\n') : context.excerpt;
  const parts = [
    'A change that you made to this repository does not pass its checks. Mend it by editing files.',
    `Change: ${title}\n\n${description}`,
    `What failed: ${context.message}`,
    told === '' ? '' : `The errors that are new:\n${told}`,
    command === null ? '' : `This command has to succeed: ${command}`,
    'Mend the cause in the code. Never delete, skip or weaken an existing test. Do not touch settings of tools.',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
