import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';

import { InvalidArgumentError, Option, type Command } from 'commander';

import type { CreateWorkOrder } from './api-client.ts';
import { CommandError, exitCodes } from './command-error.ts';

type Criterion = CreateWorkOrder['acceptanceCriteria'][number];
type Dependency = NonNullable<CreateWorkOrder['dependsOn']>[number];

/** Orders by number or id, as flags named them. */
export interface GivenDependencies {
  on?: string[] | undefined;
  softlyOn?: string[] | undefined;
}

/** What the flags of `order create` hold after parsing. */
export interface OrderFlags {
  repository?: string;
  title?: string;
  description?: string;
  descriptionFile?: string;
  criterion?: Criterion[];
  file?: string[];
  base?: string;
  risk?: 'low' | 'medium' | 'high';
  priority?: number;
  costCap?: number;
  dependsOn?: string[];
  dependsSoftlyOn?: string[];
  allowDirty?: true;
  jsonFile?: string;
}

/** Adds the flags that describe a work order. */
export function addOrderFlags(command: Command): void {
  // Both flags write to one list: a command belongs to the criterion before it.
  const criteria: Criterion[] = [];
  command
    .option('--repository <location>', 'a URL that git can clone, or a path')
    .option('--title <text>', 'one line')
    .option('--description <text>', 'what to change and why; - reads it from standard input')
    .option('--description-file <path>', 'reads the description from a file')
    .addOption(
      new Option(
        '--criterion <text>',
        'what must be true afterwards; "text :: command" proves it (repeat it)',
      ).argParser((text: string) => {
        criteria.push(parseCriterion(text));
        return criteria;
      }),
    )
    .addOption(
      new Option('--criterion-command <command>', 'the command that proves the criterion before it').argParser(
        (text: string) => {
          const last = criteria.at(-1);
          if (last === undefined) throw new InvalidArgumentError('Give the --criterion that it proves first.');
          last.command = text;
        },
      ),
    )
    .addOption(
      new Option('--file <path>', 'a path in scope, inside the repository (repeat it)').argParser(
        (path: string, earlier: string[] | undefined) => [...(earlier ?? []), path],
      ),
    )
    .option('--base <branch>', "the repository's default branch when left out")
    .addOption(new Option('--risk <risk>', 'how bad a mistake would be').choices(['low', 'medium', 'high']))
    .addOption(new Option('--priority <number>', '1 (first) to 5').argParser(parseNumber))
    .addOption(new Option('--cost-cap <dollars>', 'what it may cost at most').argParser(parseNumber))
    .option('--depends-on <orders>', 'orders that must be completed first, such as 3,5', addDependency)
    .option('--depends-softly-on <orders>', 'orders that must have ended first, however', addDependency)
    .option('--allow-dirty', 'accept a repository with uncommitted changes; they are left out of the work')
    .option('--json-file <path>', 'reads the whole order as the API takes it; flags replace its parts');
}

/**
 * The request that the flags and files describe. The API judges it; here only what a shell user means is worked out.
 *
 * @throws CommandError exit code 2 when something needed was not given or a file can't be read
 */
export async function readOrderRequest(flags: OrderFlags): Promise<CreateWorkOrder> {
  const { jsonFile } = flags;
  const fromFile: Partial<CreateWorkOrder> = jsonFile === undefined ? {} : await readJson(jsonFile);
  const given = {
    title: flags.title,
    description: await readDescription(flags),
    acceptanceCriteria: flags.criterion,
    filesInScope: flags.file,
    baseBranch: flags.base,
    risk: flags.risk,
    priority: flags.priority,
    costCapUsd: flags.costCap,
    allowDirty: flags.allowDirty,
    dependsOn: readDependsOn(flags),
  };
  const request: Partial<CreateWorkOrder> = { ...fromFile, ...withoutUndefined(given) };
  const location = flags.repository ?? fromFile.repository;
  if (location !== undefined) request.repository = toAbsolute(location);
  if (isComplete(request)) return request;
  const missing = needed.filter(({ name }) => request[name] === undefined).map(({ flag }) => flag);
  throw new CommandError(exitCodes.usage, `The order is not complete: give ${missing.join(', ')}, or a --json-file.`);
}

/** Leaves out what was not given, so that it neither hides the file's value nor the API's default. */
function withoutUndefined(given: { [Key in keyof CreateWorkOrder]?: CreateWorkOrder[Key] | undefined }) {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const needed = [
  { name: 'repository', flag: '--repository' },
  { name: 'title', flag: '--title' },
  { name: 'description', flag: '--description' },
  { name: 'acceptanceCriteria', flag: '--criterion' },
] as const;

function isComplete(request: Partial<CreateWorkOrder>): request is CreateWorkOrder {
  return needed.every(({ name }) => request[name] !== undefined);
}

/** A path becomes absolute, because the API does not know where this shell stands; URLs and `host:path` stay. */
export function toAbsolute(location: string): string {
  const isRemote = /^[a-z][a-z0-9+.-]*:/i.test(location) || /^[\w.-]+@[\w.-]+:/.test(location);
  return isRemote ? location : resolve(location);
}

/** `text :: command`, or a text alone. */
export function parseCriterion(given: string): Criterion {
  const [text = '', ...command] = given.split(' :: ');
  return command.length === 0 ? { text } : { text, command: command.join(' :: ') };
}

/** Numbers or ids with commas between them, after those that were given before. */
export function addDependency(text: string, earlier: string[] = []): string[] {
  const given = text.split(',').map((order) => order.trim().replace(/^#/, ''));
  if (given.every((order) => order !== '')) return [...earlier, ...given];
  throw new InvalidArgumentError('It must be numbers or ids of work orders, such as 3,5.');
}

/** What the API takes for the orders that flags named. */
export function toDependsOn({ on = [], softlyOn = [] }: GivenDependencies): Dependency[] {
  return [
    ...on.map((workOrder) => ({ workOrder, kind: 'hard' as const })),
    ...softlyOn.map((workOrder) => ({ workOrder, kind: 'soft' as const })),
  ];
}

function readDependsOn({ dependsOn, dependsSoftlyOn }: OrderFlags): Dependency[] | undefined {
  const given = toDependsOn({ on: dependsOn, softlyOn: dependsSoftlyOn });
  return given.length === 0 ? undefined : given;
}

export function parseNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new InvalidArgumentError('It must be a number.');
}

async function readDescription({ description, descriptionFile }: OrderFlags): Promise<string | undefined> {
  if (descriptionFile !== undefined) return readFileOrExplain(descriptionFile);
  return description === '-' ? readText(process.stdin) : description;
}

async function readJson(path: string): Promise<Partial<CreateWorkOrder>> {
  const content = await readFileOrExplain(path);
  try {
    const parsed: unknown = JSON.parse(content);
    // Its fields are judged by the API, which answers with a sentence for each.
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    throw new CommandError(exitCodes.usage, `${path} does not hold JSON, so no order was made of it.`, error);
  }
  throw new CommandError(exitCodes.usage, `${path} does not hold one JSON object, so no order was made of it.`);
}

async function readFileOrExplain(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(exitCodes.usage, `${path} can't be read, so no order was made of it.`, error);
  }
}
