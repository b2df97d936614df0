import { relative } from 'node:path';

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files and folders whose tests wait longest, the longest first: whatever else there is fits beside them. Those of the project
 * `servers` stand together: a process of theirs goes on with the next file only when that is theirs, too, and a new one
 * loads all code again.
 */
const slowest = [
  'tests/chaos/steps-killed',
  'tests/e2e/',
  'tests/chaos/',
  'tests/security/',
  'tests/replay/',
  'tests/tools/quick-editor',
  'tests/integration/work-order',
  'tests/integration/bad-input',
  'tests/integration/migrations',
  'tests/workflows/timeouts',
  'tests/workflows/',
  'tests/integration/',
];

/**
 * Starts the slowest files first, so that no worker is left alone with one at the end. After a first run vitest knows how
 * long each file took and would do so by itself; a fresh clone has no such memory.
 */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted
      .map((file) => ({ file, rank: rankOf(relative(this.ctx.config.root, file.moduleId)) }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ file }) => file);
  }
}

function rankOf(path: string): number {
  const found = slowest.findIndex((start) => path.startsWith(start));
  return found < 0 ? slowest.length : found;
}
