import swagger from '@fastify/swagger';
import { jsonSchemaTransform, jsonSchemaTransformObject } from '@fastify/type-provider-zod';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';

import { publicOperations } from '../../domain/access/permissions.ts';

/** The operation that answers with a stream when it is asked to. */
export const eventsOperation = 'readWorkOrderEvents';

const description = [
  'Work orders: describe a change to a repository, follow it to a pull request, answer when it asks.',
  '',
  'Every answer that is not a success is a problem document (RFC 9457) with a stable `code` and a `requestId`.',
  'Times are ISO 8601 in UTC, money is whole micro-dollars.',
].join('\n');

const bearer = {
  type: 'http' as const,
  scheme: 'bearer',
  description: 'The access token of a login, or a personal token.',
};

/** The reference page brings its own scripts and styles; nothing comes from another host. */
const referencePolicy =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:";

/** The OpenAPI document, made from the schemas of the routes: register it before them. */
export async function registerOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Ratchet', version, description },
      components: { securitySchemes: { bearer } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => describeMediaTypes(jsonSchemaTransformObject(document)),
  });
}

/** `/openapi.json` and the reference page at `/docs`. */
export async function registerReference(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      void reply.header('content-security-policy', referencePolicy);
    });
    await scope.register(scalar, {
      routePrefix: '/docs',
      configuration: { url: '/openapi.json', title: 'Ratchet API', withDefaultFonts: false, telemetry: false },
    });
  });
}

type TransformedDocument = ReturnType<typeof jsonSchemaTransformObject>;

/** The part of a document that is rewritten here. */
interface Operation {
  operationId?: string;
  security?: [];
  responses?: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

/** Zod's transform knows one media type. Problems have their own, and events come as a stream when that is asked for. */
function describeMediaTypes(document: TransformedDocument): TransformedDocument {
  const paths = (document.paths ?? {}) as Record<string, Record<string, Operation>>;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const operation of operations) {
    const { operationId, responses } = operation;
    if (publicOperations.has(operationId ?? '')) operation.security = [];
    for (const [status, response] of Object.entries(responses ?? {})) {
      const json = response.content?.['application/json'];
      if (json === undefined) continue;
      if (Number(status) >= 400) response.content = { 'application/problem+json': json };
      else if (operationId === eventsOperation) {
        response.content = { 'application/json': json, 'text/event-stream': { schema: { type: 'string' } } };
      }
    }
  }
  return withoutUnusedSchemas(document);
}

/** The transform writes each named schema twice, as input and as output, whether or not anything uses it. */
function withoutUnusedSchemas(document: TransformedDocument): TransformedDocument {
  if (!('components' in document)) return document;
  const schemas = new Map(Object.entries(document.components.schemas ?? {}));
  const used = new Map<string, unknown>();
  const waiting: unknown[] = [document.paths];
  while (waiting.length > 0) {
    for (const name of referencedNames(waiting.pop())) {
      if (used.has(name)) continue;
      used.set(name, schemas.get(name));
      waiting.push(schemas.get(name));
    }
  }
  const sorted = Object.fromEntries([...used].sort(([one], [other]) => (one < other ? -1 : 1)));
  return { ...document, components: { ...document.components, schemas: sorted } } as TransformedDocument;
}

function referencedNames(part: unknown): string[] {
  const references = JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...references].map(([, name]) => name ?? '');
}
