import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, it } from 'vitest';

import { apiTypesFile, generateApiTypes, readOpenApiDocument } from '../../scripts/generate-api-types.ts';

interface Operation {
  operationId?: string;
  summary?: string;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } };
let operations: [string, Operation][];

beforeAll(async () => {
  document = JSON.parse(JSON.stringify(await readOpenApiDocument()));
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
});

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes every resource', () => {
    expect(document.openapi).toMatch(/^3\.1/);
    expect(operations.length).toBeGreaterThan(18);
  });

  it('names and summarises every operation, each name once', () => {
    const names = operations.map(([, { operationId }]) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    expect(operations.filter(([, { operationId, summary }]) => !operationId || !summary)).toEqual([]);
  });

  it('documents success and errors of every operation, errors as problem documents', () => {
    for (const [name, { responses }] of operations) {
      const statuses = Object.keys(responses);
      expect(statuses, name).toEqual(expect.arrayContaining(['400', '403', '422', '500', '503']));
      expect(
        statuses.some((status) => status.startsWith('2')),
        name,
      ).toBe(true);
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        expect(content, `${name} ${status}`).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
      }
      if (name.includes('{')) expect(statuses, name).toContain('404');
    }
  });

  it('says that events can come as a stream', () => {
    const events = document.paths['/api/v1/work-orders/{id}/events']?.['get'];
    expect(Object.keys(events?.responses['200']?.content ?? {})).toEqual(['application/json', 'text/event-stream']);
  });

  it('refers only to schemas that it holds, and holds none that nothing refers to', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    expect([...new Set(references.map(([, name]) => name))].sort()).toEqual(
      Object.keys(document.components.schemas).sort(),
    );
  });

  it('is what the committed types of the command line were made from', async () => {
    expect(await readFile(apiTypesFile, 'utf8')).toBe(await generateApiTypes());
  });
});
