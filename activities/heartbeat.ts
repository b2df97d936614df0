import { Context } from '@temporalio/activity';

/** Well under the heartbeat timeout of 15 s, so that one late beat is no death. */
const intervalMs = 3_000;

/** What a long step has while it runs. */
export interface StepProgress {
  /** Aborted when the run is cancelled or this worker shuts down. */
  signal: AbortSignal;
  /** Says what is happening now; shown in Temporal's UI as the heartbeat's details. */
  say: (what: string) => void;
}

/** Runs a long step with a heartbeat: the server learns within seconds that its worker died, the step that it is cancelled. */
export async function withHeartbeat<T>(step: (progress: StepProgress) => Promise<T>): Promise<T> {
  const context = Context.current();
  let detail = '';
  const timer = setInterval(() => {
    context.heartbeat(detail);
  }, intervalMs);
  const say = (what: string) => {
    detail = what.slice(0, 200);
    context.heartbeat(detail);
  };
  try {
    return await step({ signal: context.cancellationSignal, say });
  } finally {
    clearInterval(timer);
  }
}
