import type { Workspace } from '../git/workspace.ts';

/** What an editor needs to know of one edit. */
export interface EditJob {
  workspace: Workspace;
  /** Our own words first; text from outside stands behind them. */
  message: string;
  /** Paths in the workspace that the editor gets to see and to change. */
  files: readonly string[];
  /** Name of the model, as the gateway knows it. */
  model: string;
  editFormat: 'diff' | 'whole';
  contextTokensMax: number;
  outputTokensMax: number;
  repositoryMapTokens: number;
  timeoutMs: number;
  signal: AbortSignal;
  /** Where the editor's model calls go. */
  gateway: { baseUrl: string; token: string; socketPath: string | undefined };
  onProgress: (line: string) => void;
}

/** How an edit ended. Whether it was any good is told by the tree and by the gates alone. */
export interface EditReport {
  timedOut: boolean;
  /** The end of what the editor said, for a person; it may hold text of the model. */
  transcript: string;
  /** Tokens of its model calls as the editor counted them; null when it did not say. */
  loggedTokens: { inputTokens: number; outputTokens: number } | null;
}

/** The only thing that changes files of a workspace. Another editor can stand beside Aider. */
export interface EditEngine {
  edit(job: EditJob): Promise<EditReport>;
}
