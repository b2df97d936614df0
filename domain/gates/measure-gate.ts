import { classifyFailure } from '../failures/classify-failure.ts';
import { toolOfCommand } from '../failures/tool-of-command.ts';
import type { GateMeasurement } from './compare-with-baseline.ts';
import { readDiagnostics } from './diagnostics.ts';
import { fingerprintOutput } from './fingerprint-output.ts';
import type { GateKind, TestReportFormat } from './gate.ts';
import { goTestText } from './test-reports/go-json.ts';
import { readTestReports } from './test-reports/read-test-report.ts';

/** What is known of a run of a gate. */
export interface GateRunFacts {
  kind: GateKind;
  command: string;
  exitCode: number | null;
  timedOut: boolean;
  /** Standard output and standard error in one text. */
  output: string;
  /** What the runner wrote into the file of the report; null when it wrote none. */
  reportText: string | null;
  /** Of the other packages of a workspace, where each writes its own. */
  furtherReportTexts?: readonly string[];
  /** Null where no report was asked for. */
  reportFormat: TestReportFormat | null;
  /** Absolute path of the repository's top folder during the run; empty where it is not known. */
  root: string;
}

/** These are printed, where the others go into the file of the report. */
const printedFormats: ReadonlySet<TestReportFormat> = new Set(['go-json', 'tap', 'cargo-text', 'unittest-text']);

/** What a gate printed as a person reads it: the events of Go's tests are turned back into text. */
export function readableOutput({
  output,
  reportText,
  reportFormat,
}: Pick<GateRunFacts, 'output' | 'reportText' | 'reportFormat'>): string {
  if (reportFormat !== 'go-json') return output;
  return reportText === null ? goTestText(output) : `${output}${goTestText(reportText)}`;
}

/** Reads what a gate left behind. Never throws. */
export function measureGate(facts: GateRunFacts): GateMeasurement {
  const { kind, command, exitCode, timedOut, reportFormat, root } = facts;
  const output = readableOutput(facts);
  const isPrinted = reportFormat !== null && printedFormats.has(reportFormat);
  const report = facts.reportText ?? (isPrinted ? facts.output : null);
  return {
    kind,
    command,
    exitCode,
    timedOut,
    diagnostics: readDiagnostics(output, root),
    tests:
      reportFormat === null || report === null
        ? null
        : readTestReports(reportFormat, [report, ...(facts.furtherReportTexts ?? [])], root),
    outputFingerprint: fingerprintOutput(output, root),
    installCause:
      kind === 'install' && exitCode !== 0
        ? classifyFailure({ stage: kind, exitCode, timedOut, output, tool: toolOfCommand(command) }).fingerprint
        : null,
  };
}
