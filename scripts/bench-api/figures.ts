/** The figures of this benchmark: a ratio beside a bare route where there is one. */
export const figureDefinitions = {
  'read-vs-bare': {
    unit: 'ratio',
    goal: 1.5,
    meaning:
      'time of a list of 20 orders, 16 at once: with login, limits, validation and serialisation, against a bare route',
  },
  'write-vs-bare': {
    unit: 'ratio',
    goal: 1.5,
    meaning: 'time of a change of an order, 16 at once: with all of that and the audit trail, against a bare route',
  },
  'reads-per-second': { unit: '1/s', goal: null, meaning: 'lists of 20 orders, 16 at once' },
  'writes-per-second': { unit: '1/s', goal: null, meaning: 'changes of an order, 16 at once' },
  'read-p99': { unit: 'ms', goal: null, meaning: 'the slowest of a hundred lists, 16 at once' },
  'write-p99': { unit: 'ms', goal: null, meaning: 'the slowest of a hundred changes, 16 at once' },
  'list-1m-p99': {
    unit: 'ms',
    goal: 20,
    meaning: 'the slowest of a hundred lists, pages and filters with a million orders in the table, one at a time',
  },
  'temporal-down-503': {
    unit: 's',
    goal: 2.5,
    meaning: 'how long a write takes to say 503 while Temporal is away; reads go on meanwhile',
  },
} as const satisfies Record<string, { unit: string; goal: number | null; meaning: string }>;

export type FigureName = keyof typeof figureDefinitions;
export const figureNames = Object.keys(figureDefinitions) as FigureName[];
export type Measured = Record<FigureName, number>;
