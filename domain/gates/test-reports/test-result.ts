/** How one test ended. */
export interface TestResult {
  /** Unique in its report and the same in every run: file or suite, then the test, joined by ` > `. */
  name: string;
  status: 'passed' | 'failed' | 'skipped';
  /** Relative to the repository's top folder where the runner is known to say so, else as it was printed. */
  file: string | null;
  line: number | null;
  /** What the runner said about a failure; null for the others. */
  message: string | null;
}

/** More tests than this are not compared one by one. */
export const testsMax = 20_000;

const messageLengthMax = 2_000;
const nameLengthMax = 500;

/** A failure's words, shortened. */
export function shortenMessage(text: string): string {
  return text.trim().slice(0, messageLengthMax);
}

/** The parts of a name without those that are empty. */
export function joinName(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join(' > ')
    .slice(0, nameLengthMax);
}

/** A path inside the folder, relative to it; other texts as they are. */
export function relativeTo(root: string, path: string): string {
  const plain = path.startsWith('file://') ? path.slice('file://'.length) : path;
  return root !== '' && plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : plain;
}

/** Tells tests of the same name apart by their order, as a table of cases without a name for each has them. */
export function makeNamesUnique(results: readonly TestResult[]): TestResult[] {
  const counts = new Map<string, number>();
  const taken = new Set(results.map(({ name }) => name));
  return results.map((result) => {
    let count = (counts.get(result.name) ?? 0) + 1;
    let name = count === 1 ? result.name : `${result.name} (${count})`;
    for (; count > 1 && taken.has(name); count += 1) name = `${result.name} (${count + 1})`;
    counts.set(result.name, count);
    taken.add(name);
    return { ...result, name };
  });
}
