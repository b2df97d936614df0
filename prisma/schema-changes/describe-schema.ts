import type { Client } from 'pg';

/**
 * Everything that the catalogue knows of our tables and what belongs to them, one line each. Columns are numbered by
 * their order: the catalogue's own numbers have gaps where columns were dropped.
 */
const catalogue = `
  WITH ours AS (
    SELECT c.* FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\\_prisma\\_migrations%'
      AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  )
  SELECT format('relation %s = %s, persistence %s, options %s, row security %s %s, replica identity %s, rights %s',
      relname, relkind, relpersistence, reloptions, relrowsecurity, relforcerowsecurity, relreplident,
      (SELECT array_agg(item::text ORDER BY item::text) FROM unnest(relacl) AS item)) AS line
    FROM ours WHERE relkind <> 'i'
  UNION ALL
  SELECT format('column %s.%s = %s. %s%s%s%s%s, collation %s, storage %s, rights %s', c.relname, a.attname,
      row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN ' NOT NULL' END, ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
      ' IDENTITY ' || nullif(a.attidentity::text, ''), ' GENERATED ' || nullif(a.attgenerated::text, ''),
      nullif(a.attcollation, 0)::regcollation, a.attstorage, a.attacl)
    FROM ours AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT format('constraint %s.%s = %s, valid %s', c.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
    FROM ours AS c JOIN pg_constraint AS k ON k.conrelid = c.oid
  UNION ALL
  SELECT format('index %s.%s = %s, valid %s', c.relname, i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), i.indisvalid)
    FROM ours AS c JOIN pg_index AS i ON i.indrelid = c.oid
  UNION ALL
  SELECT format('trigger %s.%s = %s, %s', c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled)
    FROM ours AS c JOIN pg_trigger AS t ON t.tgrelid = c.oid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT format('view %s = %s', c.relname, pg_get_viewdef(c.oid)) FROM ours AS c WHERE c.relkind IN ('v', 'm')
  UNION ALL
  SELECT format('sequence %s = %s from %s by %s, %s to %s, cycle %s, of %s', c.relname, s.seqtypid::regtype, s.seqstart,
      s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
      (SELECT format('%s.%s', d.refobjid::regclass, a.attname) FROM pg_depend AS d
        JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
    FROM ours AS c JOIN pg_sequence AS s ON s.seqrelid = c.oid
  UNION ALL
  SELECT format('policy %s.%s = %s %s %s %s %s', tablename, policyname, permissive, roles, cmd, qual, with_check)
    FROM pg_policies WHERE schemaname = 'public'
  UNION ALL
  SELECT format('function %s = %s, rights %s', p.oid::regprocedure,
      CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE p.prokind::text END,
      (SELECT array_agg(item::text ORDER BY item::text) FROM unnest(p.proacl) AS item))
    FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_depend AS d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('enum %s = %s, rights %s', t.typname,
      (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid),
      (SELECT array_agg(item::text ORDER BY item::text) FROM unnest(t.typacl) AS item))
    FROM pg_type AS t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e'
  UNION ALL
  SELECT format('domain %s = %s %s %s', t.typname, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault)
    FROM pg_type AS t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'd'
  UNION ALL
  SELECT format('extension %s = %s', extname, extversion) FROM pg_extension
  UNION ALL
  SELECT format('schema %s, rights %s', nspname, nspacl) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  UNION ALL
  SELECT format('default rights %s %s = %s', defaclrole::regrole, defaclobjtype, defaclacl) FROM pg_default_acl
  UNION ALL
  SELECT format('comment %s.%s = %s', d.objoid::regclass, d.objsubid, d.description)
    FROM pg_description AS d JOIN ours AS c ON c.oid = d.objoid WHERE d.classoid = 'pg_class'::regclass
  ORDER BY 1`;

/**
 * The whole schema as PostgreSQL's catalogue holds it: tables, columns, defaults, constraints, indexes, triggers, functions
 * with their source, types, sequences, policies and rights. Two databases with equal lines behave the same.
 */
export async function describeSchema(session: Client): Promise<string[]> {
  const { rows } = await session.query<{ line: string }>(catalogue);
  return rows.map(({ line }) => line);
}

/** @returns what only one of them has: `- line` of the first, `+ line` of the second */
export function differences(first: readonly string[], second: readonly string[]): string[] {
  const [before, after] = [new Set(first), new Set(second)];
  const gone = first.filter((line) => !after.has(line)).map((line) => `- ${line}`);
  return [...gone, ...second.filter((line) => !before.has(line)).map((line) => `+ ${line}`)];
}
