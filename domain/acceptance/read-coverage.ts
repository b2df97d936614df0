import type { CoverageFormat } from '../gates/gate.ts';
import { mergeCoverage, parseGoCoverProfile, parseLcov, type Coverage } from './coverage.ts';
import { readV8Coverage, type SourceTexts } from './v8-coverage.ts';

/** What a run of tests wrote about the lines that it ran through. */
export interface CoverageReport {
  format: CoverageFormat;
  /** For each folder of reports its texts, and the package that wrote them: relative to the top folder, empty for that itself. */
  parts: readonly { packageFolder: string; texts: readonly string[] }[];
}

/**
 * Reads the coverage that a gate wrote; null where nothing in it could be read.
 *
 * @param sources the files that are asked about; other formats than Node's own tell of all files
 * @param root absolute path of the repository's top folder during the run
 */
export function readCoverage(
  { format, parts }: CoverageReport,
  { sources, root }: { sources: SourceTexts; root: string },
): Coverage | null {
  const readings = parts.flatMap(({ packageFolder, texts }) => {
    if (format === 'v8') return [readV8Coverage(texts, sources, root)];
    if (format === 'go') return texts.map(parseGoCoverProfile);
    return texts.map((text) => parseLcov(text, root, packageFolder));
  });
  const coverage = mergeCoverage(readings);
  return coverage.size === 0 ? null : coverage;
}
