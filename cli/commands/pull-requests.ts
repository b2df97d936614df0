import { InvalidArgumentError, type Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { printGates, printIndented } from '../summaries.ts';
import { plain } from '../terminal.ts';
import { changes, moment } from '../wording.ts';

/** `pr list | show | merge`. */
export function addPullRequestCommands(program: Command, context: CommandContext): void {
  const pr = program.command('pr').description('look at what orders have published, and merge it');
  addList(pr, context);
  addShow(pr, context);
  addMerge(pr, context);
}

function addList(pr: Command, context: CommandContext): void {
  addListFlags(pr.command('list').description('list pull requests, newest first')).action(
    async ({ json, ...query }: ListFlags) => {
      const page = await dataOf(context.api().client.GET('/api/v1/pull-requests', { params: { query } }));
      printPage(
        context,
        { page, json: json === true },
        {
          none: 'There are no pull requests.',
          heading: ['number', 'state', 'order', 'changes', 'opened', 'branch', 'title'],
          row: (one) => [
            String(one.number),
            one.draft ? `${one.state}, draft` : one.state,
            `#${one.workOrderNumber}`,
            changes(one.diffStat),
            moment(one.createdAt),
            one.headBranch,
            one.title,
          ],
        },
      );
    },
  );
}

function addShow(pr: Command, context: CommandContext): void {
  pr.command('show')
    .description('show a pull request')
    .argument('<number>', 'number of the pull request', parseInteger)
    .option('--diff', 'print the diff alone')
    .option('--json', 'print JSON')
    .action(async (number: number, { diff, json }: { diff?: true; json?: true }) => {
      const path = { number };
      const one = await dataOf(context.api().client.GET('/api/v1/pull-requests/{number}', { params: { path } }));
      const { output } = context;
      if (json === true) {
        output.json(one);
        return;
      }
      if (diff === true) {
        output.document(one.diff.trimEnd());
        return;
      }
      output.line(output.paint('bold', `Pull request ${one.number}: ${plain(one.title)}`));
      printIndented(output, [
        ['state', one.draft ? `${one.state}, draft` : one.state],
        ['branch', `${one.headBranch} into ${one.baseBranch}`],
        ['commit', one.headCommit],
        ['changes', changes(one.diffStat)],
        ['work order', `#${one.workOrderNumber}, attempt ${one.attempt}`],
        ['fetch it', one.fetchCommand],
        ['its diff', `npx ratchet pr show ${one.number} --diff`],
      ]);
      printGates(output, one.gates);
      output.line();
      output.line(plain(one.body).trimEnd());
    });
}

function addMerge(pr: Command, context: CommandContext): void {
  pr.command('merge')
    .description('merge a pull request into its base branch')
    .argument('<number>', 'number of the pull request', parseInteger)
    .option('--json', 'print JSON')
    .action(async (number: number, { json }: { json?: true }) => {
      const path = { number };
      const one = await dataOf(context.api().client.POST('/api/v1/pull-requests/{number}/merge', { params: { path } }));
      if (json === true) {
        context.output.json(one);
        return;
      }
      context.output.line(
        `Pull request ${one.number} is merged into ${one.baseBranch} as ${one.mergeCommit ?? 'a commit'}.`,
      );
    });
}

function parseInteger(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number, such as 1.');
}
