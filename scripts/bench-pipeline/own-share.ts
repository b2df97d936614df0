/** One event of an order, as the table has it. */
export interface TimedEvent {
  type: string;
  step: string | null;
  atMs: number;
}

/** What was measured of one order beside its events; all in milliseconds. */
export interface ForeignTimes {
  /** Aider, from the start of its process to its end. */
  editorMs: number;
  /** Commands of gates and criteria while the order waited for them. */
  commandsMs: number;
  /** Answers of models outside of the editor's run. */
  modelsMs: number;
}

/**
 * The part of an order's time that is the product's own. A wait for the baseline shows as a gap between the end of the
 * edit and the begin of the verification, and is time of gates: commands of the base commit run in it.
 *
 * @param events of one order with one attempt, in their order
 * @returns 0 to 1
 * @throws when the order has no beginning or no end
 */
export function ownShare(events: readonly TimedEvent[], foreign: ForeignTimes): number {
  const find = (type: string, step: string | null = null) =>
    events.find((event) => event.type === type && (step === null || event.step === step));
  const [started, ended] = [find('started'), find('ended')];
  if (started === undefined || ended === undefined) throw new Error('The order has no begin or no end.');
  const totalMs = ended.atMs - started.atMs;
  const edited = find('step_finished', 'edit')?.atMs ?? ended.atMs;
  const waitedMs = Math.max(0, (find('step_started', 'verify')?.atMs ?? edited) - edited);
  const foreignMs = foreign.editorMs + foreign.commandsMs + foreign.modelsMs + waitedMs;
  return Math.max(0, totalMs - foreignMs) / totalMs;
}
