import type { Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { components } from '../api-types.ts';
import type { CommandContext } from '../context.ts';
import { plain } from '../terminal.ts';
import { moment, table } from '../wording.ts';

type Flag = components['schemas']['Flag'];

/** `flags` and `flag on | off`. */
export function addFlagCommands(program: Command, context: CommandContext): void {
  const { output } = context;

  program
    .command('flags')
    .description('list what can be turned off and on while everything runs')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const list = await dataOf(context.api().client.GET('/api/v1/flags'));
      if (json === true) {
        output.json(list);
        return;
      }
      for (const line of table([heading, ...list.flags.map(flagRow)])) output.line(line);
      for (const { name, reason, description } of list.flags) {
        output.line();
        output.line(`${name}: ${description}`);
        if (reason !== null) output.line(`  Turned because: ${plain(reason).replaceAll('\n', ' ')}`);
      }
      output.line();
      output.line(`Errors: of what ran in the last ${list.windowMinutes} minutes. At 5 % a flag goes off by itself.`);
      for (const { name, removalDate } of list.flags.filter(isOverdue)) {
        output.line(output.paint('yellow', `${name} should have been removed by ${removalDate ?? ''}.`));
      }
    });

  const flag = program.command('flag').description('turn a flag on or off; every process follows within 5 s');
  for (const [word, isEnabled] of [
    ['on', true],
    ['off', false],
  ] as const) {
    flag
      .command(`${word} <name>`)
      .description(`turn a flag ${word}`)
      .requiredOption('--because <reason>', 'why; it stays in the audit trail')
      .option('--json', 'print JSON')
      .action(async (name: string, { because: reason, json }: { because: string; json?: true }) => {
        const request = { params: { path: { name: name.toUpperCase() } }, body: { isEnabled, reason } };
        const turned = await dataOf(context.api().client.PUT('/api/v1/flags/{name}', request));
        if (json === true) output.json(turned);
        else output.line(`${turned.name} is ${onOrOff(turned.isEnabled)}. Every process follows within 5 s.`);
      });
  }
}

const heading = ['flag', 'is', 'default', 'risk', 'owner', 'phase', 'needs', 'errors', 'turned', 'by', 'goes'];

function flagRow(flag: Flag): string[] {
  return [
    flag.name,
    onOrOff(flag.isEnabled),
    onOrOff(flag.isEnabledByDefault),
    flag.risk,
    flag.owner,
    String(flag.phase),
    flag.needs.join(', ') || '-',
    `${flag.errors} of ${flag.runs}`,
    flag.changedAt === null ? 'never' : moment(flag.changedAt),
    flag.changedBy ?? '-',
    flag.removalDate ?? 'stays',
  ];
}

function onOrOff(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

function isOverdue({ removalDate }: Flag): boolean {
  return removalDate !== null && removalDate < new Date().toISOString().slice(0, 10);
}
