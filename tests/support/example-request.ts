/** Makes requests for the operations of an OpenAPI document, from the document alone. */

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  minLength?: number;
  format?: string;
  pattern?: string;
  default?: unknown;
}

export interface Operation {
  operationId: string;
  method: string;
  /** With parameters in braces. */
  path: string;
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Document {
  paths?: Record<string, Record<string, object>>;
  components?: { schemas?: Record<string, Schema> };
}

/** Every operation of a document. */
export function listOperations(document: Document): Operation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...(operation as Operation), path, method })),
  );
}

/** Values that rules in words ask for, which no schema can tell. */
const wellChosen: Record<string, unknown> = {
  password: 'a Good one 4 tests',
  newPassword: 'a Good one 4 tests',
  option: 'abort',
  repository: 'https://127.0.0.1:1/nothing.git',
};

/** The smallest body that an operation takes; undefined when it takes none. */
export function exampleBody(document: Document, { requestBody }: Operation): unknown {
  const schema = requestBody?.content['application/json']?.schema;
  return schema === undefined ? undefined : exampleOf(schema, document);
}

function exampleOf(schema: Schema, document: Document): unknown {
  if (schema.$ref !== undefined) {
    return exampleOf(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, document);
  }
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return exampleOf(choice, document);
  if (schema.type === 'object') return exampleObject(schema, document);
  if (schema.type === 'array') {
    return Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(schema.items ?? {}, document));
  }
  return exampleValue(schema);
}

function exampleObject({ properties = {}, required = [] }: Schema, document: Document): unknown {
  // A change must change something, so an object without required parts gets its first one.
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return Object.fromEntries(
    names.map((name) => [name, wellChosen[name] ?? exampleOf(properties[name] ?? {}, document)]),
  );
}

function exampleValue({ const: only, enum: some, type, format, minimum, minLength }: Schema): unknown {
  if (only !== undefined || some !== undefined) return only ?? some?.[0];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (format === 'email') return 'somebody@example.test';
  return 'some words'.padEnd(minLength ?? 0, '.');
}
