/** The kinds of gates that a repository can bring, in the order in which they run. */
export const gateKinds = ['install', 'compile', 'lint', 'test'] as const;

export type GateKind = (typeof gateKinds)[number];

/** A deterministic check that we run ourselves. */
export interface Gate {
  kind: GateKind;
  /** The command line as a shell reads it. */
  command: string;
  /** Where it was found, such as `package.json scripts.test`. */
  source: string;
}

/** How one gate ended. A gate that could not run has failed. */
export interface GateOutcome {
  kind: GateKind | 'acceptance';
  command: string;
  outcome: 'passed' | 'failed';
  exitCode: number | null;
  durationMs: number;
}
