import { changesBehaviour, countNewTodoLines, touchesTests } from '../../domain/acceptance/changed-work.ts';
import {
  findImportCycles,
  hasReadableImports,
  newImportCycles,
  type SourceText,
} from '../../domain/acceptance/import-cycles.ts';
import type { Measurements } from '../../domain/acceptance/score.ts';
import type { FileChange } from '../../domain/text/unified-diff.ts';
import { splitNul, type Git } from '../git/git-command.ts';
import type { Workspace } from '../git/workspace.ts';
import type { ChangedTexts } from '../guards/changed-texts.ts';
import { measureComplexity, type ComplexityDependencies } from './measure-complexity.ts';

export interface MeasureDependencies extends ComplexityDependencies {
  git: Git;
}

/** What the change itself tells; the rest only the gates and the criteria can tell. */
export type ChangeMeasures = Omit<
  Measurements,
  'newLintWarnings' | 'criteria' | 'buildPassed' | 'failingTests' | 'coverageOfChangedLines'
>;

export interface MeasureRequest {
  workspace: Workspace;
  baseCommit: string;
  commit: string;
  /** Of the diff between the two commits. */
  changes: readonly FileChange[];
  texts: ChangedTexts;
  signal: AbortSignal;
}

/** More files than the size guard lets through are not measured; what is left out is unknown. */
const filesMeasuredMax = 100;

/**
 * Measures a change against its base commit. What can't be measured is null, and a note says why.
 *
 * @throws AppError git-failed
 */
export async function measureChange(
  dependencies: MeasureDependencies,
  request: MeasureRequest,
): Promise<ChangeMeasures> {
  const { workspace, changes, signal } = request;
  const versions = versionsOf(request);
  const sources = versions.flatMap(({ path, before, after }) => [
    { path, text: before },
    { path, text: after },
  ]);
  const complexity = await measureComplexity(dependencies, { workspace, sources, signal });
  const files = versions.map(({ path, before, after }, index) => ({
    path,
    linesBefore: countLines(before),
    linesAfter: countLines(after),
    complexityBefore: complexity.values[index * 2] ?? null,
    complexityAfter: complexity.values[index * 2 + 1] ?? null,
  }));
  return {
    files,
    newImportCycles: await measureCycles(dependencies.git, request, versions),
    newTodoLines: countNewTodoLines(changes),
    testsTouched: touchesTests(changes),
    behaviourChanged: changesBehaviour(changes),
    complexityNote: complexity.note,
  };
}

/** Texts of a touched file; empty on the side where it is not there. */
interface Versions {
  path: string;
  oldPath: string;
  before: string;
  after: string;
}

function versionsOf({ changes, texts }: MeasureRequest): Versions[] {
  return changes
    .slice(0, filesMeasuredMax)
    .filter(({ isBinary }) => !isBinary)
    .map(({ path, oldPath, kind }) => ({
      path,
      oldPath: oldPath ?? path,
      before: kind === 'added' ? '' : (texts.before.get(oldPath ?? path) ?? ''),
      after: kind === 'deleted' ? '' : (texts.after.get(path) ?? ''),
    }));
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

async function measureCycles(git: Git, request: MeasureRequest, versions: readonly Versions[]): Promise<string[][]> {
  const touched = versions.some(({ path, after }) => after !== '' && hasReadableImports(path));
  if (!touched) return [];
  const { workspace, baseCommit, commit } = request;
  const textsBefore = new Map(versions.map(({ oldPath, before }) => [oldPath, before]));
  const textsAfter = new Map(versions.map(({ path, after }) => [path, after]));
  const before = await readImports(git, { gitDir: workspace.gitDir, commit: baseCommit, texts: textsBefore });
  const after = await readImports(git, { gitDir: workspace.gitDir, commit, texts: textsAfter });
  return newImportCycles(findImportCycles(before), findImportCycles(after));
}

const importLine = String.raw`^(import|export|from)[ {*"']|from +["']\.|require\( *["']\.`;

// A process for each file would take minutes in a large repository, so git itself picks the lines that tell.
async function readImports(
  git: Git,
  { gitDir, commit, texts }: { gitDir: string; commit: string; texts: ReadonlyMap<string, string> },
): Promise<SourceText[]> {
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', commit], { gitDir });
  const linesOf = new Map(
    splitNul(listed)
      .filter(hasReadableImports)
      .map((path) => [path, [] as string[]]),
  );
  const found = await git.attempt(['grep', '-I', '-z', '--no-color', '--full-name', '-E', '-e', importLine, commit], {
    gitDir,
  });
  for (const row of found.exitCode === 0 ? found.stdout.split('\n') : []) {
    const end = row.indexOf('\0');
    linesOf.get(row.slice(commit.length + 1, end))?.push(row.slice(end + 1));
  }
  return Array.from(linesOf, ([path, lines]) => ({ path, text: texts.get(path) ?? lines.join('\n') }));
}
