/** The parts of the benchmark: each is measured in one go and gives the figures that name it. */
export type BenchPart = 'engine' | 'sample' | 'orders' | 'growth' | 'workspace';

export interface FigureDefinition {
  unit: 'ratio' | 'events' | 'kB' | 'orders per minute' | 's';
  part: BenchPart;
  /** What the figure is meant to stay at or under; null where no number was set. */
  goal: number | null;
  meaning: string;
}

/** Every figure of `npm run bench:pipeline`. The names are looked up by others: they stay. */
export const figureDefinitions = {
  'engine-overhead-1': {
    unit: 'ratio',
    part: 'engine',
    goal: 1.25,
    meaning:
      'The whole workOrder workflow with activities that do nothing, against a bare workflow that runs as many of them in the same order on the same queues of the same server; one run at a time.',
  },
  'engine-overhead-20': {
    unit: 'ratio',
    part: 'engine',
    goal: 1.25,
    meaning: 'The same with 20 runs at once: the time until the last of them has ended.',
  },
  'history-events-per-attempt': {
    unit: 'events',
    part: 'sample',
    goal: 200,
    meaning: 'Events in the history of a real order on the bundled repository, for each of its attempts.',
  },
  'history-kb-per-attempt': {
    unit: 'kB',
    part: 'sample',
    goal: 150,
    meaning: 'Size of that history, as the server counts it, for each attempt.',
  },
  'own-share-of-sample-order': {
    unit: 'ratio',
    part: 'sample',
    goal: 0.1,
    meaning:
      "The part of that order's time in which neither Aider ran, nor a command of gates or criteria, nor a model was waited for.",
  },
  'orders-per-minute-50': {
    unit: 'orders per minute',
    part: 'orders',
    goal: null,
    meaning:
      'Fifty orders in one go on five small repositories, with real Aider and real git, on two worker processes with a state folder each. An order that is lost, doubled or starved fails the benchmark.',
  },
  'time-growth-10-to-200': {
    unit: 'ratio',
    part: 'growth',
    goal: null,
    meaning:
      'Time per order in a batch of 200 against one of 10: real records, steps that do nothing, two worker processes.',
  },
  'memory-growth-10-to-200': {
    unit: 'ratio',
    part: 'growth',
    goal: null,
    meaning: 'The largest memory (RSS) of both workers together in the batch of 200 against the one of 10.',
  },
  'workspace-50mb': {
    unit: 's',
    part: 'workspace',
    goal: 1,
    meaning: 'A fresh workspace of a repository of 50 MB, from its mirror on this machine.',
  },
  'second-clone-fetch': {
    unit: 's',
    part: 'workspace',
    goal: null,
    meaning:
      'Bringing the mirror of that repository up to date after one new commit. A fetch of more objects than the new ones fails the benchmark.',
  },
} as const satisfies Record<string, FigureDefinition>;

export type FigureName = keyof typeof figureDefinitions;

export const figureNames = Object.keys(figureDefinitions) as FigureName[];

/** What a part has measured. */
export type Measured = Partial<Record<FigureName, number>>;

/** How much is measured. The quick numbers only show that everything works. */
export interface Amounts {
  engineRounds: number;
  engineRunsPerRound: number;
  engineRunsAtOnce: number;
  sampleOrders: number;
  batchOrders: number;
  growthOrders: { small: number; large: number; smallRounds: number };
  workspaceMegabytes: number;
  workspaceRounds: number;
}

export const fullAmounts: Amounts = {
  engineRounds: 7,
  engineRunsPerRound: 5,
  engineRunsAtOnce: 20,
  sampleOrders: 3,
  batchOrders: 50,
  growthOrders: { small: 10, large: 200, smallRounds: 5 },
  workspaceMegabytes: 50,
  workspaceRounds: 5,
};

export const quickAmounts: Amounts = {
  engineRounds: 1,
  engineRunsPerRound: 2,
  engineRunsAtOnce: 3,
  sampleOrders: 1,
  batchOrders: 5,
  growthOrders: { small: 2, large: 6, smallRounds: 1 },
  workspaceMegabytes: 2,
  workspaceRounds: 2,
};

/** Tells on standard error what is going on; standard output is for figures. */
export function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** The middle value; NaN when there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}
