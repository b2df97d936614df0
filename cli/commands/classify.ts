import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { Command } from 'commander';

import type { ClassifiedFailure } from '../../domain/failures/classify-failure.ts';
import { stages, type Stage, type StepOutput } from '../../domain/failures/step-output.ts';
import { exitCodes, type ExitCode } from '../command-error.ts';
import type { CommandContext } from '../context.ts';

/** A line of the input: what a step printed and how it ended. */
interface ClassifyRequest extends StepOutput {
  id: string | null;
}

/** `classify`: why outputs of steps failed, without the API, a database or a server. */
export function addClassifyCommand(program: Command, context: CommandContext, input: Readable = process.stdin): void {
  program
    .command('classify')
    .description('say why steps failed: one JSON object for each line of standard input, in order')
    .requiredOption('--jsonl', 'read lines {"id","stage","exitCode","tool"?,"output"} and write one line for each')
    .addHelpText('after', `\nStages: ${stages.join(', ')}. A line may also have "signal" and "timedOut".`)
    .action(async () => {
      context.exitCode = await classifyLines(input, (line) => context.output.line(line));
    });
}

/**
 * Answers each line of the input that is not empty, in order.
 *
 * @returns 2 when one of them was no request, else 0
 */
export async function classifyLines(input: Readable, write: (line: string) => void): Promise<ExitCode> {
  // Loaded here, so that no other command waits for several hundred rules.
  const { classifyFailure } = await import('../../domain/failures/classify-failure.ts');
  let exitCode: ExitCode = exitCodes.done;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const request = readRequest(line);
    if (request === null) exitCode = exitCodes.usage;
    const { id, ...step } = request ?? unreadable;
    const answer = toAnswer(id, classifyFailure(step));
    write(JSON.stringify(request === null ? { ...answer, rule: 'input:not-a-request' } : answer));
  }
  return exitCode;
}

function toAnswer(id: string | null, failure: ClassifiedFailure): Record<string, unknown> {
  const { failureClass, subReason, confidence, rule, context, fingerprint } = failure;
  const { tool, file, line, column, code, message, testNames, excerpt } = context;
  return {
    id,
    class: failureClass,
    subReason,
    confidence,
    rule,
    context: {
      tool,
      file,
      line,
      column,
      code,
      message: message === '' ? null : message,
      testNames,
      package: context.package,
      contractViolations: context.contractViolations ?? [],
    },
    fingerprint,
    excerpt: excerpt === '' ? null : excerpt,
  };
}

/** Null for a line that is no request; an unknown stage only breaks no ties. */
function readRequest(line: string): ClassifyRequest | null {
  const fields = parseObject(line);
  if (fields === null || typeof fields['output'] !== 'string') return null;
  const { id, stage, exitCode, tool, signal } = fields;
  const known = stages.find((name) => name === stage);
  return {
    id: typeof id === 'string' ? id : typeof id === 'number' ? String(id) : null,
    stage: known ?? unnamedStage,
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    timedOut: fields['timedOut'] === true,
    output: fields['output'],
    tool: typeof tool === 'string' && tool !== '' ? tool : null,
    signal: typeof signal === 'string' ? signal : null,
  };
}

/** The stage for which no class is usual. */
const unnamedStage: Stage = 'acceptance';

/** A line that could not be read still gets its answer, so that answers stay in step with lines. */
const unreadable: ClassifyRequest = { id: null, stage: unnamedStage, exitCode: null, timedOut: false, output: '' };

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    // Said with the number of the line by the caller.
    return null;
  }
}
