import { unquote } from '../text/unified-diff.ts';

const lockFileNames: ReadonlySet<string> = new Set([
  ...['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb', 'deno.lock'],
  ...['go.sum', 'go.work.sum', 'Cargo.lock', 'poetry.lock', 'uv.lock', 'Pipfile.lock', 'pdm.lock', 'pixi.lock'],
  ...['composer.lock', 'Gemfile.lock', 'mix.lock', 'pubspec.lock', 'Podfile.lock', 'packages.lock.json', 'flake.lock'],
  ...['gradle.lockfile', 'Package.resolved', 'buf.lock'],
]);

/** Whether a file is written by a package manager. */
export function isLockFile(path: string): boolean {
  return lockFileNames.has(path.slice(path.lastIndexOf('/') + 1));
}

type Match<Item> = (item: Item) => boolean;
type Piece<Item> = Match<Item> | 'any-number';

interface GeneratedRule {
  pieces: Piece<string>[];
  isGenerated: boolean;
}

const patternsMax = 1_000;
const patternLengthMax = 300;

/**
 * Reads the text of the root `.gitattributes`: the last line that says something about `linguist-generated` and matches
 * a path decides, as in git.
 *
 * @param text of the base commit, so that a change can't declare itself generated
 */
export function parseGeneratedAttributes(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .flatMap((line) => readRule(line.trim()))
    .slice(-patternsMax);
  return (path) => {
    const parts = path.split('/');
    return rules.findLast(({ pieces }) => matchesInOrder(parts, pieces))?.isGenerated ?? false;
  };
}

function readRule(line: string): GeneratedRule[] {
  if (line === '' || line.startsWith('#') || line.startsWith('[attr]')) return [];
  const end = patternEnd(line);
  const pattern = unquote(line.slice(0, end));
  const attribute = line
    .slice(end)
    .split(/\s/)
    .findLast((word) => /^[-!]?linguist-generated(?:=|$)/.test(word));
  if (attribute === undefined || pattern.length > patternLengthMax) return [];
  const isGenerated = attribute === 'linguist-generated' || attribute === 'linguist-generated=true';
  return [{ pieces: toPieces(pattern), isGenerated }];
}

function patternEnd(line: string): number {
  const end = line.startsWith('"') ? line.indexOf('"', 1) + 1 : line.search(/\s/);
  return end <= 0 ? line.length : end;
}

// Without a slash a pattern is about names in any folder, with one about paths from the root on.
function toPieces(pattern: string): Piece<string>[] {
  const parts = pattern.replace(/^\//, '').split('/');
  const pieces = parts.map((part): Piece<string> => (part === '**' ? 'any-number' : nameMatcher(part)));
  if (!pattern.includes('/')) return ['any-number', ...pieces];
  // "dist/**" is what lies in dist, not dist itself.
  return parts.at(-1) === '**' ? [...pieces.slice(0, -1), () => true, 'any-number'] : pieces;
}

function nameMatcher(pattern: string): Match<string> {
  const pieces = Array.from(pattern.matchAll(/\\(.)|\[([!^]?)(\]?[^\]]{0,100})\]|\*{1,100}|./gsu), toPiece);
  return (name) => matchesInOrder(Array.from(name), pieces);
}

function toPiece([whole, escaped, negation, members]: RegExpExecArray): Piece<string> {
  if (whole.startsWith('*')) return 'any-number';
  if (whole === '?') return () => true;
  if (escaped !== undefined) return (character) => character === escaped;
  if (members === undefined) return (character) => character === whole;
  return (character) => isMember(character, members) === (negation === '');
}

function isMember(character: string, members: string): boolean {
  return Array.from(members.matchAll(/(.)-(.)|./gsu)).some(([one, from, to]) =>
    from === undefined || to === undefined ? one === character : from <= character && character <= to,
  );
}

// Goes back to the last "any number" only, which is enough: an earlier one taking more gains nothing. So the time is at
// most items times pieces, where a regular expression made of the pattern could take for ever.
function matchesInOrder<Item>(items: readonly Item[], pieces: readonly Piece<Item>[]): boolean {
  let item = 0;
  let piece = 0;
  let retryPiece = -1;
  let retryItem = 0;
  while (item < items.length) {
    const wanted = pieces[piece];
    if (wanted === 'any-number') {
      piece += 1;
      retryPiece = piece;
      retryItem = item;
    } else if (wanted?.(items[item] as Item) === true) {
      piece += 1;
      item += 1;
    } else if (retryPiece >= 0) {
      retryItem += 1;
      item = retryItem;
      piece = retryPiece;
    } else {
      return false;
    }
  }
  return pieces.slice(piece).every((rest) => rest === 'any-number');
}
