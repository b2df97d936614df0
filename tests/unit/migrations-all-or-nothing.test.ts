import { describe, expect, it } from 'vitest';

import { isAllOrNothing } from '../../prisma/schema-changes/all-or-nothing.ts';

describe('a script of a migration', () => {
  it.each([
    '',
    'CREATE TABLE a (id INT); -- COMMIT; the rest\nINSERT INTO a VALUES (1)',
    `INSERT INTO a VALUES ('; COMMIT; it''s a text'), ("; ROLLBACK; "), (E'')`,
    'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; COMMIT; END $$; SELECT 1',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT 1; $body$',
    '/* BEGIN; */ ALTER TABLE commitments ADD COLUMN ending INT; CREATE INDEX concurrently_made ON a (id)',
  ])('is all or nothing: %s', (script) => {
    expect(isAllOrNothing(script)).toBe(true);
  });

  it.each([
    'BEGIN; SELECT 1; COMMIT',
    'SELECT 1; commit;',
    'SELECT 1;\n-- now\nROLLBACK',
    'START   TRANSACTION; SELECT 1',
    'END; SELECT 1',
    'CREATE UNIQUE INDEX CONCURRENTLY a_key ON a (id)',
    'DROP INDEX CONCURRENTLY a_key',
    'REINDEX TABLE CONCURRENTLY a',
    'VACUUM a',
    'ALTER SYSTEM SET work_mem = 1',
    'CREATE DATABASE other',
  ])('may stop half-way: %s', (script) => {
    expect(isAllOrNothing(script)).toBe(false);
  });
});
