import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';

import { isAllOrNothing } from './schema-changes/all-or-nothing.ts';
import { checksumOf, readScripts } from './schema-changes/history.ts';

/** The folder of the migrations, beside this file. */
export const migrationsFolder = join(import.meta.dirname, 'migrations');

/** Empty on purpose: every table and type in the database is ours. */
export const everything = { externalTables: [], externalEnums: [] };

// Node has it; its type definitions leave it to the DOM's, which a server should not see.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

interface EngineModule {
  __wbg_set_wasm(exports: unknown): void;
  SchemaEngine: { new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine> };
}

let engineModule: EngineModule | undefined;

// The package's own entry needs a bundler that understands `import x from './x.wasm'`; loading it by hand needs
// neither that nor the native engine, whose host many build machines cannot reach.
async function loadEngineModule(): Promise<EngineModule> {
  if (engineModule) return engineModule;
  const bindings = engineBindings as unknown as EngineModule;
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engineBindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  engineModule = bindings;
  return bindings;
}

/** A schema engine that is connected to a database. */
export interface OpenSchemaEngine {
  engine: SchemaEngine;
  /** What PostgreSQL said of the last script that failed, with its line; the engine wraps that in words of its own. */
  lastScriptError: () => string | undefined;
  /** Ends its connections: until then the process does not end and the database can't be dropped. */
  close: () => Promise<void>;
}

/**
 * Prisma's own schema engine on one database. The bookkeeping table it writes is the one that
 * `prisma migrate` uses, so both can be used on the same database.
 *
 * @param migrations those that it may be asked to apply
 */
export async function openSchemaEngine(databaseUrl: string, migrations?: MigrationList): Promise<OpenSchemaEngine> {
  const module = await loadEngineModule();
  const factory = new PrismaPg({ connectionString: databaseUrl, application_name: 'ratchet-migrate' });
  let lastScriptError: string | undefined;
  const scripts = new Set(migrations?.migrationDirectories.map((directory) => scriptOf(directory)));
  // The engine opens connections and never ends them, so they are remembered here.
  const opened: { dispose(): Promise<void> }[] = [];
  const remember = async (connecting: ReturnType<PrismaPg['connect']>) => {
    const adapter = await connecting;
    opened.push(adapter);
    return runningScriptsWhole(adapter, scripts, (words) => (lastScriptError = words));
  };
  const remembering = {
    provider: 'postgres' as const,
    adapterName: factory.adapterName,
    connect: () => remember(factory.connect()),
    connectToShadowDb: () => remember(factory.connectToShadowDb()),
  };
  const adapter = bindMigrationAwareSqlAdapterFactory(remembering);
  const engine = await module.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
  return {
    engine,
    lastScriptError: () => lastScriptError,
    async close() {
      engine.free();
      await Promise.all(opened.map((connection) => connection.dispose()));
    },
  };
}

type Connection = Awaited<ReturnType<PrismaPg['connect']>>;

/**
 * The adapter cuts a script at every semicolon, also at those inside of a function. PostgreSQL takes a script as it is,
 * and then all of it or nothing, as Prisma's native engine sends it.
 */
function runningScriptsWhole(
  adapter: Connection,
  migrationScripts: ReadonlySet<string>,
  onFailure: (words: string) => void,
): Connection {
  const inner = adapter as unknown as { underlyingDriver(): ScriptRunner; onError(error: unknown): never };
  const driver = inner.underlyingDriver();
  return Object.assign(adapter, {
    async executeScript(script: string): Promise<void> {
      const isSafe = migrationScripts.has(script) && isAllOrNothing(script);
      const sent = isSafe ? withItsOwnEnd(script) : script;
      try {
        await driver.query(sent);
      } catch (error) {
        onFailure(describeScriptError(error as ScriptError, sent));
        // The adapter's own way to hand PostgreSQL's words on.
        inner.onError(error);
      }
    },
  });
}

/** Held while the script of a migration runs, so that others can wait for one whose process was killed. */
export const scriptLock = 7_205_102;

/**
 * The engine writes the end of a migration down after its script, so that a kill in between leaves one of which nobody
 * knows whether it happened. Written in the script's own transaction, an end that is missing says: it did not. The lock
 * stands on the script's first line, so that PostgreSQL's line numbers stay those of the file.
 */
function withItsOwnEnd(script: string): string {
  return `SELECT pg_advisory_xact_lock_shared(${scriptLock}); ${script}
;
UPDATE public._prisma_migrations SET finished_at = clock_timestamp()
WHERE checksum = '${checksumOf(script)}' AND finished_at IS NULL AND rolled_back_at IS NULL;`;
}

interface ScriptError extends Error {
  /** Of the character in the script, beginning with 1; missing when the fault is not in one place. */
  position?: string;
  detail?: string;
}

function describeScriptError({ message, position, detail }: ScriptError, sent: string): string {
  const line = position === undefined ? '' : ` (line ${sent.slice(0, Number(position)).split('\n').length})`;
  return `${message}${line}${detail === undefined ? '' : `. ${detail}`}`;
}

interface ScriptRunner {
  query(script: string): Promise<unknown>;
}

/**
 * Migrations in the form that the engine takes, oldest first.
 *
 * @param names only these; default: all in the folder
 */
export async function readMigrations(folder = migrationsFolder, names?: readonly string[]): Promise<MigrationList> {
  const scripts = [...(await readScripts(folder))].filter(([name]) => names?.includes(name) ?? true);
  const migrationDirectories = scripts.map(([name, value]) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } },
  }));
  const lockfile = await readFile(join(folder, 'migration_lock.toml'), 'utf8');
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}

function scriptOf({ migrationFile }: MigrationList['migrationDirectories'][number]): string {
  return migrationFile.content.tag === 'ok' ? migrationFile.content.value : '';
}
