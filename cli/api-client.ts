import createClient, { type Client } from 'openapi-fetch';

import type { components, paths } from './api-types.ts';
import { CommandError, exitCodes } from './command-error.ts';

type Problem = components['schemas']['Problem'];

export type WorkOrder = components['schemas']['WorkOrder'];
export type WorkOrderEvent = components['schemas']['WorkOrderEvent'];
export type Escalation = components['schemas']['Escalation'];
export type PullRequest = components['schemas']['PullRequest'];
export type CreateWorkOrder = components['schemas']['CreateWorkOrderInput'];

/** The API of a running stack. */
export interface Api {
  /** Without a slash at its end. */
  url: string;
  /** What every request carries. */
  headers: Record<string, string>;
  client: Client<paths>;
}

/** The one spelling of an address under which its token is stored and looked up. */
export function withoutEndingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Connects to nothing yet: the first call does. @param token undefined: only what asks for no account answers */
export function createApi(url: string, token?: string): Api {
  const baseUrl = withoutEndingSlash(url);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { url: baseUrl, headers, client: createClient<paths>({ baseUrl, headers }) };
}

/**
 * The data of an answer.
 *
 * @throws CommandError with the sentence of the problem document, or exit code 4 when nothing answers
 */
export async function dataOf<Data>(
  request: Promise<{ data?: Data; error?: Problem; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    throw notReachable(cause);
  });
  // A success without a body has nothing to hand over.
  if (data !== undefined || response.status === 204) return data as Data;
  if (error?.detail === undefined) {
    throw new CommandError(exitCodes.failed, `The API answered ${response.status} without saying why.`);
  }
  throw new CommandError(exitCodeOf(error), adviceFor(error));
}

/** The error for an address where nothing answers. */
export function notReachable(cause?: unknown): CommandError {
  const message = 'The API does not answer. Start it with `npm start` or `npx ratchet up`.';
  return new CommandError(exitCodes.notReachable, message, cause);
}

function adviceFor(problem: Problem): string {
  const sentence = describeProblem(problem);
  return problem.code === 'not-authenticated' ? `${sentence} \`npx ratchet login\` stores a token.` : sentence;
}

function exitCodeOf(problem: Problem) {
  if (problem.status === 503) return exitCodes.notReachable;
  return problem.code === 'validation-failed' || problem.code === 'bad-request' ? exitCodes.usage : exitCodes.failed;
}

function describeProblem({ title, detail, code, errors = [] }: Problem): string {
  // Every other detail is a whole sentence that says the same as the title.
  if (errors.length < 2) return code === 'validation-failed' ? `${title}: ${detail}` : detail;
  return [`${title}:`, ...errors.map(({ path, message }) => `  ${path} ${message}`)].join('\n');
}
