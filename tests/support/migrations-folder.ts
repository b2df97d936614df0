import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { migrationsFolder } from '../../prisma/schema-engine.ts';

/** A folder of migrations that a test may change. */
export interface MigrationsFolder {
  path: string;
  /** Writes a migration; one without `down` can't be taken back. */
  add(name: string, scripts: { up: string; down?: string }): Promise<void>;
  remove(): Promise<void>;
}

/** @param origin empty, or a copy of the real migrations */
export async function createMigrationsFolder(origin: 'empty' | 'copy'): Promise<MigrationsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'ratchet-migrations-'));
  if (origin === 'copy') await cp(migrationsFolder, path, { recursive: true });
  await writeFile(join(path, 'migration_lock.toml'), 'provider = "postgresql"\n');
  return {
    path,
    async add(name, { up, down }) {
      await mkdir(join(path, name), { recursive: true });
      await writeFile(join(path, name, 'migration.sql'), up);
      if (down !== undefined) await writeFile(join(path, name, 'down.sql'), down);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
