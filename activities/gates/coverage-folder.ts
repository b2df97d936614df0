import { join } from 'node:path';

import type { Coverage } from '../../domain/acceptance/coverage.ts';
import { readCoverage, type CoverageReport } from '../../domain/acceptance/read-coverage.ts';
import type { SourceTexts } from '../../domain/acceptance/v8-coverage.ts';
import type { CoverageFormat } from '../../domain/gates/gate.ts';
import { readReportFolder, type ReportBounds } from './report-files.ts';

const megabyte = 1024 * 1024;

/** What the tools of a format write, and how much of it is read: Node writes a file for each process. */
const written: Record<CoverageFormat, { name: RegExp; bounds: ReportBounds }> = {
  v8: { name: /^coverage-.{1,200}\.json$/, bounds: { filesMax: 1_000, bytesMax: 100 * megabyte } },
  lcov: { name: /\.info$/, bounds: { filesMax: 10, bytesMax: 50 * megabyte } },
  go: { name: /^profile$/, bounds: { filesMax: 1, bytesMax: 50 * megabyte } },
};

/** Which lines ran, from the folder that a gate wrote; null where it is not there or can't be read. */
export async function readCoverageFolder(
  folder: string,
  { format, packageFolders }: { format: CoverageFormat; packageFolders: readonly string[] | undefined },
  asked: { sources: SourceTexts; root: string },
): Promise<Coverage | null> {
  const { name, bounds } = written[format];
  const parts: CoverageReport['parts'][number][] = [];
  const folders = packageFolders?.map((packageFolder, index) => ({ packageFolder, place: String(index + 1) }));
  for (const { packageFolder, place } of folders ?? [{ packageFolder: '', place: '' }]) {
    const texts = await readReportFolder(join(folder, place), name, bounds);
    if (texts !== null) parts.push({ packageFolder, texts });
  }
  return readCoverage({ format, parts }, asked);
}
