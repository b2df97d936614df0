import type { WorkOrderEvent } from './api-client.ts';
import { plain, type Paint } from './terminal.ts';
import { changes, clock, duration, waitWords } from './wording.ts';

/** The line for an event, or null for one that shows nothing new. */
export function describeEvent(event: WorkOrderEvent, paint: Paint): string | null {
  const words = wordsOf(event, paint);
  return words === null ? null : `${paint('dim', clock(event.at))}  ${words}`;
}

function wordsOf({ type, payload }: WorkOrderEvent, paint: Paint): string | null {
  const step = text(payload['step']).padEnd(7);
  const took = typeof payload['durationMs'] === 'number' ? duration(payload['durationMs']).padStart(8) : '';
  switch (type) {
    case 'started':
      return 'The run has started.';
    case 'step_started':
      return `${step}  begins (attempt ${text(payload['attempt'])})`;
    case 'step_finished':
      return `${paint('green', step)}${took}  ${text(payload['detail'])}`.trimEnd();
    case 'step_failed':
      return `${paint('red', step)}${took}  failed: ${describeFailure(payload['failure'])}`;
    case 'waiting':
      return paint(
        'yellow',
        `It waits for ${waitWords(text(payload['waitingFor']))}. ${text(payload['reason'])}`,
      ).trimEnd();
    case 'resumed':
      return `It goes on; it waited for ${waitWords(text(payload['waitedFor']))}.`;
    case 'escalation_opened':
      return paint('yellow', `A person is asked: ${text(payload['message'])}`);
    case 'escalation_resolved':
      return `${text(payload['resolvedBy'])} answered: ${text(payload['option'])}`;
    case 'pull_request_opened':
      return `Pull request ${text(payload['number'])} is open: ${describeDiff(payload['diffStat'])}`;
    case 'ended':
      return `Ended as ${text(payload['status'])}. ${text(payload['reason'])}`.trimEnd();
    default:
      // A newer server may tell of things that this version has no words for.
      return text(type);
  }
}

/** The class and the sentence of a failure as an event carries it. */
function describeFailure(failure: unknown): string {
  const context = field(failure, 'context');
  return `${text(field(failure, 'failureClass'))}: ${text(field(context, 'message'))}`;
}

function describeDiff(diffStat: unknown): string {
  const [files, added, removed] = ['files', 'added', 'removed'].map((name) => Number(field(diffStat, name)));
  return changes({ files: files ?? 0, added: added ?? 0, removed: removed ?? 0 });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string {
  if (typeof value === 'string') return plain(value).replaceAll('\n', ' ');
  return typeof value === 'number' ? String(value) : '';
}
