import { classifyFailure, type ClassifiedFailure } from '../../domain/failures/classify-failure.ts';
import type { Stage, StepOutput } from '../../domain/failures/step-output.ts';

/** Classifies an output of a step that ended with exit code 1. */
export function classify(stage: Stage, output: string, ended: Partial<StepOutput> = {}): ClassifiedFailure {
  return classifyFailure({ stage, exitCode: 1, timedOut: false, output, ...ended });
}
