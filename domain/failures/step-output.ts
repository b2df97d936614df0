import type { ErrorCode } from '../errors.ts';

/** The step or gate that printed a text: those of the pipeline, and those of a recorded case. */
export const stages = [
  'plan',
  'edit',
  'install',
  'compile',
  'lint',
  'test',
  'contract',
  'acceptance',
  'publish',
  'propose',
  'apply',
  'push',
  'pr',
  'llm',
] as const;

export type Stage = (typeof stages)[number];

/** What a step printed and how it ended. */
export interface StepOutput {
  stage: Stage;
  exitCode: number | null;
  timedOut: boolean;
  /** Standard output and standard error in one text, as printed. */
  output: string;
  /** The tool, where it is known: `eslint`, `cargo-test`. */
  tool?: string | null;
  /** The signal that ended it, such as `SIGTERM`. */
  signal?: string | null;
  /** A cause that is known by its type: then no text decides. */
  cause?: ErrorCode | null;
}
