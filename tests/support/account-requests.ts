import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import type { TestApi } from './api.ts';
import { headersOf } from './operator.ts';

/** Good enough for any account of a test. */
export const goodPassword = 'correct horse battery';

export interface Login {
  accessToken: string;
  refreshToken: string;
  account: { id: string; role: string; email: string };
}

export const newEmail = () => `${randomUUID()}@example.test`;

/** Every call from an address of its own, unless the test is about addresses. */
let addresses = 0;
export function newAddress(): string {
  addresses += 1;
  return `10.0.${String(Math.floor(addresses / 250))}.${String(addresses % 250)}`;
}

/** Requests to an API that trusts 127.0.0.1 as a proxy. @param path below `/api/v1` */
export async function post(
  api: TestApi,
  path: string,
  { payload = {}, token = '', address = newAddress() }: { payload?: object; token?: string; address?: string },
) {
  const authorization = token === '' ? '' : headersOf(token).authorization;
  const response = await api.app.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    headers: { authorization, 'x-forwarded-for': address },
    payload,
  });
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>();
  return { status: response.statusCode, body, headers: response.headers, text: response.body };
}

export async function get(api: TestApi, path: string, token: string) {
  const response = await api.app.inject({ url: `/api/v1${path}`, headers: headersOf(token) });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>(), headers: response.headers };
}

/** A new person who is logged in. */
export async function register(api: TestApi, changes: object = {}): Promise<Login> {
  const payload = { email: newEmail(), password: goodPassword, name: 'A person', ...changes };
  const answer = await post(api, '/auth/register', { payload });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as unknown as Login;
}
