/** What the process ends with; scripts may rely on it. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** An escalation, or a result that a person must look at. */
  waitingForPerson: 3,
  notReachable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a sentence for a person and an exit code for a script. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
