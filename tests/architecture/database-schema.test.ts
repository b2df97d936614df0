import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { roles } from '../../domain/access/roles.ts';
import { failureClasses } from '../../domain/failures/failure-class.ts';
import { risks, workOrderStatuses } from '../../domain/work-orders/work-order.ts';
import { everything, migrationsFolder, openSchemaEngine, readMigrations } from '../../prisma/schema-engine.ts';
import { createTestDatabase } from '../support/database.ts';

const schema = await readFile(join(migrationsFolder, '../schema.prisma'), 'utf8');
const { migrationDirectories } = await readMigrations();
const sql = migrationDirectories
  .map(({ migrationFile }) => (migrationFile.content.tag === 'ok' ? migrationFile.content.value : ''))
  .join('\n');

function valuesInSchema(name: string): string[] {
  const body = new RegExp(`^enum ${name} \\{\\n([^}]*)\\}`, 'm').exec(schema)?.[1] ?? '';
  const lines = body.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^\w+$/.test(line));
}

function valuesInMigrations(type: string): string[] {
  const list = new RegExp(`CREATE TYPE "${type}" AS ENUM \\(([^)]*)\\)`).exec(sql)?.[1] ?? '';
  const added = [...sql.matchAll(new RegExp(`ALTER TYPE "${type}" ADD VALUE '(\\w+)'`, 'g'))].map((match) => match[1]!);
  return [...list.matchAll(/'(\w+)'/g)].map((match) => match[1]!).concat(added);
}

describe('the enumerations of the database', () => {
  it.each([
    { name: 'FailureClass', type: 'failure_class', values: failureClasses },
    { name: 'WorkOrderStatus', type: 'work_order_status', values: workOrderStatuses },
    { name: 'Risk', type: 'risk', values: risks },
    { name: 'Role', type: 'role', values: roles },
  ])('$type has exactly the names of the domain, in their order', ({ name, type, values }) => {
    expect(valuesInSchema(name)).toEqual([...values]);
    expect(valuesInMigrations(type)).toEqual([...values]);
  });

  it('holds the nine failure classes of the taxonomy', () => {
    expect(failureClasses).toHaveLength(9);
  });
});

/** Rules that Prisma's schema language has no words for; they live in the SQL of a migration alone. */
const onlyInSql = [
  'constraint api_tokens.api_tokens_requests_per_hour_check',
  'constraint escalations.escalations_answer_is_complete',
  'constraint outcome_vectors.outcome_vectors_failure_is_explained',
  'constraint stop_all.stop_all_is_one_row',
  'constraint users.users_email_check',
  'constraint users.users_login_check',
  'index escalations.escalations_one_open_per_trigger',
  'index work_orders.work_orders_owner_id_unfinished_idx',
  'index work_orders.work_orders_text_idx',
  'index work_orders.work_orders_unfinished_idx',
];

const catalogue = `
  SELECT 'column ' || c.relname || '.' || a.attname || ' = ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'constraint ' || c.relname || '.' || k.conname || ' = ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.connamespace = to_regnamespace($1) AND k.contype <> 'n'
  UNION ALL
  SELECT 'index ' || tablename || '.' || indexname || ' = ' || indexdef FROM pg_indexes WHERE schemaname = $1
  UNION ALL
  SELECT 'enum ' || t.typname || ' = ' || string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
    FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typnamespace = to_regnamespace($1) GROUP BY t.typname
  ORDER BY 1`;

describe('the migrations', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let opened: Awaited<ReturnType<typeof openSchemaEngine>>;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    opened = await openSchemaEngine(database.url);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await opened.close();
    await client.end();
    await database.drop();
  });

  /** One line for each column, constraint, index and enumeration of a namespace, without the namespace's own name. */
  async function describeNamespace(namespace: string): Promise<string[]> {
    // The catalogue leaves out the names of namespaces that are on the search path.
    await client.query(`SET search_path TO ${namespace}`);
    const { rows } = await client.query<{ line: string }>(catalogue, [namespace]);
    const lines = rows.map(({ line }) => line.replaceAll(`${namespace}.`, ''));
    return lines.filter((line) => !line.includes(' _prisma_migrations.'));
  }

  // The engine can't compare with a database through this adapter (it doesn't know the catalogue's "char" type), so
  // the schema is built a second time beside the migrated one and both are read from PostgreSQL's own catalogue.
  async function describeSchema(namespace: string, content: string): Promise<string[]> {
    const { stdout } = await opened.engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
      script: true,
      exitCode: null,
      filters: everything,
    });
    await client.query(`CREATE SCHEMA ${namespace}`);
    await client.query(`SET search_path TO ${namespace}`);
    await client.query(stdout ?? '');
    return describeNamespace(namespace);
  }

  it('make exactly the schema that the code is generated from', async () => {
    const migrated = await describeNamespace('public');
    const additions = migrated.filter((line) => onlyInSql.includes(line.split(' = ')[0]!));
    expect(additions).toHaveLength(onlyInSql.length);
    expect(migrated.length).toBeGreaterThan(100);
    expect(migrated.filter((line) => !additions.includes(line))).toEqual(await describeSchema('expected', schema));
  });

  it('would be found wanting if the schema had one column, one default or one rule of deletion more', async () => {
    const migrated = await describeNamespace('public');
    const changed = schema
      .replace(/^model Repository \{/m, '$&\n  planted String?')
      .replace('onDelete: Cascade', 'onDelete: Restrict');
    const different = (await describeSchema('changed', changed)).filter((line) => !migrated.includes(line));
    expect(different).toHaveLength(2);
    expect(different.join('\n')).toContain('column repositories.planted = text');
  });
});
