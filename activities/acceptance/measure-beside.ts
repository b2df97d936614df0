import { measureChange, type ChangeMeasures, type MeasureDependencies, type MeasureRequest } from './measure-change.ts';

/** Measures that are being taken. */
export interface RunningMeasures {
  measures: Promise<ChangeMeasures>;
  /** Gives up what is not done yet, and returns when nothing of it runs any more. Safe when it is done. */
  end(): Promise<void>;
}

/**
 * Measures a change while its gates run: it needs nothing of them, and starting its program takes as long as a gate.
 * Where the gates fail nobody asks for the result.
 */
export function measureBeside(dependencies: MeasureDependencies, request: MeasureRequest): RunningMeasures {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([request.signal, giveUp.signal]);
  const measures = measureChange(dependencies, { ...request, signal });
  const ended = measures.then(
    () => undefined,
    () => undefined,
  );
  return {
    measures,
    end() {
      giveUp.abort();
      return ended;
    },
  };
}
