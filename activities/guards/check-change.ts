import type { Failure } from '../../domain/failures/failure-class.ts';
import { failureOfClass } from '../../domain/failures/typed-failure.ts';
import { parseGeneratedAttributes } from '../../domain/guards/generated-files.ts';
import { guards, type Guard, type GuardHit } from '../../domain/guards/guard.ts';
import { readNamedFiles } from '../../domain/guards/named-files.ts';
import { checkPaths } from '../../domain/guards/paths.ts';
import { checkSecrets } from '../../domain/guards/secrets.ts';
import { checkSize } from '../../domain/guards/size.ts';
import { checkTamper } from '../../domain/guards/tamper.ts';
import type { FileChange } from '../../domain/text/unified-diff.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import type { ChangedTexts } from './changed-texts.ts';

/** A change, with the texts on both sides of it. */
export interface ChangeUnderGuard {
  order: OrderSnapshot;
  changes: readonly FileChange[];
  texts: ChangedTexts;
  /** Of the base commit: the change itself can't say that it was generated. */
  attributes: string;
  policy: Policy;
}

/** What the guards found in a change, most telling guard first. */
export function checkChange({ order, changes, texts, attributes, policy }: ChangeUnderGuard): GuardHit[] {
  const isGenerated = parseGeneratedAttributes(attributes);
  const limits = { linesMax: policy.diffLinesMax, filesMax: policy.diffFilesMax };
  const readBefore = (path: string) => texts.before.get(path);
  const readAfter = (path: string) => texts.after.get(path);
  return [
    ...checkPaths({ changes, filesInScope: order.filesInScope }),
    ...checkTamper({ changes, readBefore, readAfter, named: readNamedFiles(order) }),
    ...checkSize({ changes, limits, isGenerated }),
    ...checkSecrets({ changes }),
  ];
}

const hitsShownMax = 8;

/** The failure that guard hits stand for, and the guard that blocks; null when there is none. */
export function failureOfHits(hits: readonly GuardHit[]): { failure: Failure; blockedBy: Guard } | null {
  const blockedBy = guards.find((guard) => hits.some((hit) => hit.guard === guard));
  const first = hits.find(({ guard }) => guard === blockedBy);
  if (blockedBy === undefined || first === undefined) return null;
  const failure = failureOfClass('unknown', `${blockedBy}-block`, first.message);
  const excerpt = hits.slice(0, hitsShownMax).map(describeHit).join('\n');
  const context = { ...failure.context, file: first.path, line: first.line, excerpt };
  return { failure: { ...failure, subReason: `${blockedBy}_block`, context }, blockedBy };
}

function describeHit({ guard, path, line, message }: GuardHit): string {
  const place = path === null ? '' : ` (${path}${line === null ? '' : `:${line}`})`;
  return `${guard}${place}: ${message}`;
}
