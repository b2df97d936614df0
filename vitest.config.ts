import { defineConfig } from 'vitest/config';

import { shortLived } from './tests/support/short-lived.ts';
import { SlowestFirst } from './tests/support/slowest-first.ts';
import { patienceMs } from './tests/support/wait-for.ts';

/** Tests of rules compute and wait for nothing. Some measure that time grows with the input alone: they run by themselves. */
const rules = ['tests/unit/**/*.test.ts', 'tests/failures/**/*.test.ts'];

/** Files with servers and clients in the process of the test. Loading their code for each takes longer than many a test. */
const servers = ['tests/integration/**/*.test.ts', 'tests/workflows/**/*.test.ts'];

/** Longer than a wait inside, so that a failing test says what it waited for. */
const limitMs = patienceMs + 30_000;
const patience = { testTimeout: limitMs, hookTimeout: limitMs };

/** Much of their time is waiting for real servers and child processes: six files keep two cores busy. */
const together = { ...patience, maxWorkers: 6, sequence: { groupOrder: 1 }, execArgv: shortLived };

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    sequence: { sequencer: SlowestFirst },
    // A worker of Temporal ends slowly where the machine is busy.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          ...patience,
          name: 'rules',
          include: rules,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...together, name: 'servers', include: servers, isolate: false } },
      {
        test: {
          ...together,
          name: 'parts',
          include: ['tests/**/*.test.ts'],
          exclude: [...rules, ...servers],
        },
      },
    ],
  },
});
