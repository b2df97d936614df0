import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { flagList } from '../../domain/flags/flags.ts';
import { openDatabase, type Database } from '../../prisma/client.ts';
import { hostEnvironment } from '../../tools/environment.mjs';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { lookForSchemathesis } from '../../tools/schemathesis.mjs';
import { insertEscalation } from '../support/api.ts';
import { makeApplicationLogin, type TestLogin } from '../support/application-login.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { addToken, headersOf, makePerson, testPassword } from '../support/operator.ts';
import type { StackPart } from '../support/stack-part.ts';
import { createNodePart, nodeEnvironment } from '../support/stack-parts.ts';
import { insertPullRequest, insertWorkOrder } from '../support/work-orders.ts';

let testDatabase: TestDatabase;
let database: Database;
let login: TestLogin;
let folder: string;
let release: () => void;
let url: string;
let api: StackPart;

/**
 * schemathesis sends what the OpenAPI document allows, and what it does not, to a real API process, and holds each answer
 * against the document: no 500, no status that is not told, no other media type, no other shape, 405 for other methods.
 */
const checks = [
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase(testDatabase.url, 2);
  folder = await mkdtemp(join(tmpdir(), 'ratchet-contract-'));
  login = await makeApplicationLogin(testDatabase.url, `contract_${String(process.pid)}`);
  const reserved = await reservePorts([{ part: 'API' }]);
  ({ release } = reserved);
  const [port = 0] = reserved.ports;
  url = `http://127.0.0.1:${String(port)}`;
  const place = {
    stateDirectory: folder,
    ports: { api: port, workerHealth: 1, temporal: 1, temporalUi: 1, postgres: 1 },
  };
  const environment = await nodeEnvironment(place, login.url, 'quick');
  const limits = 'user=900000000,admin=900000000,all=900000000';
  api = createNodePart(place, 'api-alone', () => ({ ...environment, RATCHET_REQUESTS_PER_HOUR: limits }));
  await api.start();
});

afterAll(async () => {
  await api.stop();
  release();
  await login.drop(database);
  await database.$disconnect();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

async function requireSchemathesis(): Promise<string> {
  const found = await lookForSchemathesis();
  if (found !== undefined) return found.path;
  throw new Error(
    'schemathesis is not there, so nothing holds the API against its OpenAPI document: run `npm test`, which installs it, or set SCHEMATHESIS_PATH.',
  );
}

interface Findings {
  exitCode: number | null;
  text: string;
  answers: Answers;
  /** Otherwise everything was refused from some request on, which would have found nothing. */
  isTokenGood: boolean;
}

/** Runs schemathesis as a person of that role, with objects that they own and values that pass. */
async function holdAgainstDocument(role: 'user' | 'admin'): Promise<Findings> {
  const person = await makePerson(database, role);
  const config = join(folder, `${role}.toml`);
  const report = join(folder, `${role}.ndjson`);
  await writeFile(config, await describeRun(role, person.id));
  const { exitCode, stdout, stderr } = await runGuarded({
    command: await requireSchemathesis(),
    args: [
      ...['--config-file', config, '--no-color', 'run', `${url}/openapi.json`],
      ...['--header', `Authorization: Bearer ${person.token}`, '--report-ndjson-path', report],
    ],
    cwd: folder,
    env: hostEnvironment({ NO_PROXY: '127.0.0.1' }),
  });
  const answers = readAnswers(await readFile(report, 'utf8'));
  const me = await fetch(`${url}/api/v1/auth/me`, { headers: headersOf(person.token) });
  return { exitCode, text: `${stdout}${stderr}`, answers, isTokenGood: me.ok };
}

/** The settings of schemathesis, in TOML. */
async function describeRun(role: 'user' | 'admin', ownerId: string): Promise<string> {
  const orders = [await insertWorkOrder(database, { ownerId }), await insertWorkOrder(database, { ownerId })];
  const [order = ''] = orders;
  const { number } = await database.workOrder.findUniqueOrThrow({ where: { id: order } });
  const pullRequest = await insertPullRequest(database, order);
  const escalation = await insertEscalation(database, order);
  const spare = await addToken(database, ownerId);
  const other = await makePerson(database, 'user');
  const { email } = await database.user.findUniqueOrThrow({ where: { id: other.id } });
  return [
    'seed = 4747',
    'workers = 1',
    'request-timeout = 30',
    'continue-on-failure = true',
    // A machine with much to do is no reason to send less.
    'suppress-health-check = ["too_slow"]',
    '[checks]',
    'enabled = false',
    // Nothing listens where Temporal should be, and the document says that this is answered with 503.
    'not_a_server_error = { enabled = true, expected-statuses = ["2xx", "4xx", 503] }',
    ...checks.map((check) => `${check} = { enabled = true }`),
    '[generation]',
    'max-examples = 4',
    'database = "none"',
    // Follows answers to further requests, and so would revoke the very token that it is sent with.
    '[phases.stateful]',
    'enabled = false',
    '[phases.fuzzing]',
    'extra-data-sources = { responses = false }',
    '[phases.coverage]',
    'extra-data-sources = { responses = false }',
    // Every way to be malformed is tried by the admin, who gets as far as that everywhere; by the user only some.
    `generation = { mode = "${role === 'admin' ? 'all' : 'positive'}" }`,
    ...offer('^/api/v1/work-orders/[^/]+(/(continue|decisions|dependencies|events|live|model-calls|outcomes))?$', {
      'path.id': [...orders, String(number)],
    }),
    ...offer('^/api/v1/pull-requests/', { 'path.number': [pullRequest] }),
    ...offer('^/api/v1/escalations/', { 'path.id': [escalation] }),
    ...offer('^/api/v1/tokens/', { 'path.id': [spare.id] }),
    ...offer('^/api/v1/users/', { 'path.id': [other.id] }),
    ...offer('^/api/v1/flags/', { 'path.name': flagList.map(({ name }) => name) }),
    ...offer('^/api/v1/work-orders$', { 'body.repository': ['https://127.0.0.1:1/shop.git'] }),
    ...offer('^/api/v1/auth/(login|register)$', { 'body.email': [email ?? ''], 'body.password': [testPassword] }),
    ...offer('^/api/v1/auth/password$', { 'body.currentPassword': [testPassword], 'body.newPassword': [testPassword] }),
  ].join('\n');
}

/** Lets some requests to some addresses carry values that are there, which nobody would guess. */
function offer(addresses: string, parameters: Record<string, (string | number)[]>): string[] {
  const named = Object.entries(parameters).map(([parameter, values]) => ({
    ...{ parameter, values },
    dictionary: `${addresses}${parameter}`.replaceAll(/[^a-z]+/gi, '-'),
  }));
  return [
    ...named.flatMap(({ dictionary, values }) => [
      `[dictionaries.${dictionary}]`,
      `values = ${JSON.stringify(values)}`,
    ]),
    '[[operations]]',
    `include-path-regex = ${JSON.stringify(addresses)}`,
    '[operations.parameters]',
    ...named.map(({ parameter, dictionary }) => `"${parameter}" = { dictionary = "${dictionary}", probability = 0.7 }`),
  ];
}

describe('the OpenAPI document', () => {
  // Side by side: much of it is waiting for the answer of Temporal that does not come.
  it.concurrent.each(['user', 'admin'] as const)(
    'tells every status, media type and shape of what the role %s is answered, whatever is sent',
    async (role) => {
      const { exitCode, text, answers, isTokenGood } = await holdAgainstDocument(role);
      expect(exitCode, text).toBe(0);
      expect(isTokenGood).toBe(true);
      expect([...answers.keys()].sort()).toEqual(await readOperations());
      const served = [...answers].filter(([, statuses]) => [...statuses].some((status) => status < 300));
      // It must not pass because everything was refused.
      expect(served.length, 'operations that were served at least once').toBeGreaterThan(20);
    },
    300_000,
  );
});

/** Such as `GET /livez`. */
async function readOperations(): Promise<string[]> {
  const response = await fetch(`${url}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, object> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  return operations.sort();
}

/** By operation, such as `GET /livez`: the statuses that came. */
type Answers = Map<string, Set<number>>;

interface ReportLine {
  ScenarioFinished?: {
    recorder: { label: string; interactions?: Record<string, { response?: { status_code: number } | null }> };
  };
}

function readAnswers(report: string): Answers {
  const answers: Answers = new Map();
  for (const line of report.trim().split('\n')) {
    const { ScenarioFinished: scenario } = JSON.parse(line) as ReportLine;
    if (scenario === undefined) continue;
    const { label, interactions = {} } = scenario.recorder;
    const statuses = answers.get(label) ?? new Set();
    for (const { response } of Object.values(interactions)) {
      if (response) statuses.add(response.status_code);
    }
    answers.set(label, statuses);
  }
  return answers;
}
