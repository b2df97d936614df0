/** The kinds of gates that a repository can bring, in the order in which they run. */
export const gateKinds = ['install', 'compile', 'lint', 'test', 'contract'] as const;

export type GateKind = (typeof gateKinds)[number];

/** How the results of single tests can be read: from the file of the report, or for the last three from the output. */
export const testReportFormats = ['junit', 'jest-json', 'go-json', 'tap', 'cargo-text', 'unittest-text'] as const;

export type TestReportFormat = (typeof testReportFormats)[number];

/** How the lines that tests ran through can be read: Node's own files, lcov, or the profile of Go. */
export type CoverageFormat = 'v8' | 'lcov' | 'go';

/** A deterministic check that we run ourselves. */
export interface Gate {
  kind: GateKind;
  /** The command line as a person would type it and a shell reads it. */
  command: string;
  /** Where it was found, such as `package.json scripts.test`. */
  source: string;
  /** What is run instead where it is given; a report goes to the file named by `$RATCHET_REPORT`. */
  reportingCommand?: string;
  /** Without it only the exit code and the output speak. */
  reportFormat?: TestReportFormat;
  /**
   * Where each package of a workspace is run for itself: their folders, relative to the top folder. The first writes its
   * report into `$RATCHET_REPORT.1` and its coverage into the folder `1` of `$RATCHET_COVERAGE`, and so on.
   */
  packageFolders?: string[];
  /** How it is run to tell which lines the tests run through; without it nobody knows. */
  coverage?: {
    /** Run instead of the reporting command; the files go into the folder named by `$RATCHET_COVERAGE`. */
    command: string;
    format: CoverageFormat;
  };
}

export type GateCoverage = NonNullable<Gate['coverage']>;

/** How one gate ended. A gate that could not run has failed. */
export interface GateOutcome {
  kind: GateKind | 'acceptance';
  command: string;
  /** `known_failures`: nothing is worse than at the base commit, where it failed as well. */
  outcome: 'passed' | 'known_failures' | 'failed';
  /** Why, in one sentence. */
  reason: string;
  exitCode: number | null;
  durationMs: number;
}

/** Gates in the order in which they run; those of one kind stay in the order in which they were found. */
export function orderGates(gates: readonly Gate[]): Gate[] {
  return gates.toSorted((a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind));
}
