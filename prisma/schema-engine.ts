import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';

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
  /** Ends its connections: until then the process does not end and the database can't be dropped. */
  close: () => Promise<void>;
}

/**
 * Prisma's own schema engine on one database. The bookkeeping table it writes is the one that
 * `prisma migrate` uses, so both can be used on the same database.
 */
export async function openSchemaEngine(databaseUrl: string): Promise<OpenSchemaEngine> {
  const module = await loadEngineModule();
  const factory = new PrismaPg({ connectionString: databaseUrl });
  // The engine opens connections and never ends them, so they are remembered here.
  const opened: { dispose(): Promise<void> }[] = [];
  const remember = async (connecting: ReturnType<PrismaPg['connect']>) => {
    const adapter = await connecting;
    opened.push(adapter);
    return runningScriptsWhole(adapter);
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
function runningScriptsWhole(adapter: Connection): Connection {
  const inner = adapter as unknown as { underlyingDriver(): ScriptRunner; onError(error: unknown): never };
  const driver = inner.underlyingDriver();
  return Object.assign(adapter, {
    async executeScript(script: string): Promise<void> {
      try {
        await driver.query(script);
      } catch (error) {
        // The adapter's own way to hand PostgreSQL's words on.
        inner.onError(error);
      }
    },
  });
}

interface ScriptRunner {
  query(script: string): Promise<unknown>;
}

/** All migrations in the folder, in the form that the engine takes, oldest first. */
export async function readMigrations(): Promise<MigrationList> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readFile(join(migrationsFolder, name, 'migration.sql'), 'utf8') },
      },
    })),
  );
  const lockfile = await readFile(join(migrationsFolder, 'migration_lock.toml'), 'utf8');
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}
