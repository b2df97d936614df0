import { defineConfig } from 'prisma/config';

// Only `prisma generate` and `prisma validate` read this file: no database address is needed for them.
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
