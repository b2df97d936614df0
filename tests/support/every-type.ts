import fc from 'fast-check';
import { escapeIdentifier } from 'pg';

import { withSession } from '../../prisma/schema-changes/session.ts';

/** A migration with a column of every kind that can be hard to write down and to read again. */
export const everyType = `
  CREATE TYPE mood AS ENUM ('plain', 'with space', 'quote''s', 'comma,');
  CREATE TABLE every_type (
    id BIGINT PRIMARY KEY, text TEXT, "Quoted ""name" TEXT, bytes BYTEA, json JSONB, raw_json JSON, texts TEXT[],
    numbers INTEGER[], moods mood[], at TIMESTAMPTZ(3), exact_at TIMESTAMPTZ, local_at TIMESTAMP, day DATE, clock TIMETZ,
    span INTERVAL, large BIGINT, small SMALLINT, real REAL, double DOUBLE PRECISION, exact NUMERIC, yes BOOLEAN, uuid UUID,
    mood mood, fixed CHAR(7), bits BIT VARYING, address INET, range TSTZRANGE, box BOX,
    doubled BIGINT GENERATED ALWAYS AS (id * 2) STORED
  );
  CREATE TABLE counted (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, every_type_id BIGINT REFERENCES every_type (id));
  CREATE TABLE never_called (number SERIAL);`;

const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc.constantFrom(
    '\t',
    '\n',
    '\r\n',
    '\\',
    '\\N',
    '\\.',
    '\\\\n',
    "'",
    '"',
    '',
    ' ',
    '\u{1F600}',
    '\u2028',
    'é',
    '{a,"b"}',
    'NULL',
  ),
);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 6 });
const json = fc.jsonValue().map((value) => JSON.stringify(value).replaceAll('\\u0000', ''));
const instant = fc.date({ min: new Date('-004000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const postgresInstant = instant.map((date) => {
  const year = date.getUTCFullYear();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
});
const number = fc.oneof(fc.double({ noNaN: false }), fc.constantFrom(-0, Infinity, -Infinity, 5e-324, 0.1));
const postgresNumber = number.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
/** A row of it, every value optional. */
export const rowOfEveryType = fc.record({
  text: optional(text),
  'Quoted "name': optional(text),
  bytes: optional(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))),
  json: optional(json),
  raw_json: optional(json.map((value) => ` ${value}\t`)),
  texts: optional(fc.array(optional(text), { maxLength: 5 })),
  numbers: optional(fc.array(fc.integer(), { maxLength: 5 })),
  moods: optional(fc.array(fc.constantFrom('plain', 'with space', "quote's", 'comma,'), { maxLength: 3 })),
  at: optional(postgresInstant),
  exact_at: optional(
    fc.oneof(
      postgresInstant.map((at) => at.replace('Z', '123Z')),
      fc.constantFrom('infinity', '-infinity'),
    ),
  ),
  local_at: optional(postgresInstant.map((at) => at.replace('Z', ''))),
  day: optional(postgresInstant.map((at) => at.replace(/T[^ ]*/, ''))),
  clock: optional(fc.constantFrom('00:00:00+14', '23:59:59.999999-12', '24:00:00Z')),
  span: optional(fc.constantFrom('1 year -3 days 00:00:00.000001', '-178000000 years', '1 mon')),
  large: optional(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  small: optional(fc.integer({ min: -32_768, max: 32_767 })),
  real: optional(fc.float({ noNaN: false }).map(String)),
  double: optional(postgresNumber),
  exact: optional(fc.constantFrom('NaN', 'Infinity', '0.000', '-1e-300', '123456789012345678901234567890.1234567890')),
  yes: optional(fc.boolean()),
  uuid: optional(fc.uuid()),
  mood: optional(fc.constantFrom('plain', 'with space', "quote's", 'comma,')),
  fixed: optional(fc.constantFrom('', 'a', 'ab     ', 'é\t\\')),
  bits: optional(fc.array(fc.constantFrom('0', '1'), { maxLength: 70 }).map((bits) => bits.join(''))),
  address: optional(fc.constantFrom('10.0.0.0/8', '::1', '2001:db8::/32')),
  range: optional(fc.constantFrom('empty', '(,)', '["2026-01-01 00:00:00+00",infinity)')),
  box: optional(fc.constantFrom('(1.5,2),(0.1,-0)', '(0,0),(0,0)')),
});

/** Adds the rows with the numbers 0, 1, ... and one row that refers to each. */
export async function insertRows(url: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  await withSession(url, async (session) => {
    for (const [id, given] of rows.entries()) {
      const columns = Object.keys(given);
      const places = columns.map((_, index) => `$${index + 2}`);
      const names = columns.map((name) => escapeIdentifier(name)).join(', ');
      await session.query(`INSERT INTO every_type (id, ${names}) VALUES ($1, ${places.join(', ')})`, [
        id,
        ...Object.values(given),
      ]);
      await session.query('INSERT INTO counted (every_type_id) VALUES ($1)', [id]);
    }
  });
}
