import { gateKinds, orderGates, type Gate, type GateKind, type TestReportFormat } from './gate.ts';
import { declarationPath } from './repository-files.ts';

const gatesMax = 20;
const commandLengthMax = 1_000;
const reportNames = ['junit', 'go-json', 'jest-json', 'tap', 'none'] as const;
const known: ReadonlySet<string> = new Set(['kind', 'command', 'report']);

/**
 * Reads the gates that a repository declares in `.ratchet.yml`.
 *
 * @param value what the file holds, parsed
 * @returns the gates in the order in which they run, or the one sentence that says what is wrong
 */
export function parseDeclaredGates(value: unknown): Gate[] | string {
  const list = isRecord(value) ? value['gates'] : undefined;
  if (!Array.isArray(list)) return `${declarationPath} has no list named "gates".`;
  if (list.length > gatesMax) return `${declarationPath} declares ${list.length} gates; at most ${gatesMax} are run.`;
  const gates: Gate[] = [];
  for (const [index, entry] of list.entries()) {
    const gate = parseGate(entry);
    if (typeof gate === 'string') return `Gate ${index + 1} of ${declarationPath} ${gate}.`;
    gates.push(gate);
  }
  if (gates.every(({ kind }) => kind === 'install')) {
    return `${declarationPath} declares nothing that can prove a change: add a gate of another kind than install.`;
  }
  return orderGates(gates);
}

/** The gate, or how the sentence about it goes on. */
function parseGate(entry: unknown): Gate | string {
  if (!isRecord(entry)) return 'is not a mapping with "kind" and "command"';
  const stranger = Object.keys(entry).find((key) => !known.has(key));
  if (stranger !== undefined) return `has the unknown field ${JSON.stringify(stranger.slice(0, 40))}`;
  const { kind, command, report } = entry;
  if (!isKind(kind)) return `needs a "kind" that is one of ${gateKinds.join(', ')}`;
  if (!isCommand(command)) return `needs a "command" of at most ${commandLengthMax} characters`;
  const format = reportFormatOf(report);
  if (format === undefined) return `has a "report" that is not one of ${reportNames.join(', ')}`;
  const gate = { kind, command: command.trim(), source: declarationPath };
  return format === null ? gate : { ...gate, reportFormat: format };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is GateKind {
  return gateKinds.some((kind) => kind === value);
}

function isCommand(value: unknown): value is string {
  return (
    typeof value === 'string' && value.trim() !== '' && value.length <= commandLengthMax && !value.includes('\u0000')
  );
}

/** Null for none, undefined for a word that is no format. */
function reportFormatOf(value: unknown): TestReportFormat | null | undefined {
  const name = reportNames.find((one) => one === (value ?? 'none'));
  return name === 'none' ? null : name;
}
