/** Whether a module that was not found is a file of the project or something to install. */
export type Origin = 'local' | 'package';

const localMark =
  /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|[A-Za-z]:[/\\]|file:|[@~#](?:[/\\]|$)|#[\w-]|\$|virtual:|src\/|<|(?:src|tests?|spec|app|lib|utils?|helpers|conftest|config|settings)(?:[./]|$))/;
const installed =
  /(?:^|[/\\])(?:node_modules|site-packages|dist-packages|vendor|\.venv|venv|deps|bower_components)[/\\]/;

/**
 * Tells a bare name from a local one.
 *
 * @param specifier as the importing file has it
 * @param importer the file that imports, where it is known: what begins like its own package is the project's own
 */
export function originOf(specifier: string, importer: string | null = null): Origin {
  if (installed.test(specifier)) return 'package';
  if (localMark.test(specifier)) return 'local';
  return importer !== null && isOwn(specifier, importer) ? 'local' : 'package';
}

// `shop.orders` imported by `src/shop/cart.py`, `com.acme.store.Order` by `src/main/java/com/acme/shop/Cart.java`.
function isOwn(specifier: string, importer: string): boolean {
  const folders = importer.replaceAll('\\', '/').split('/');
  const names = specifier.split(/[./:\\]+/);
  const [first = '', second] = names;
  const at = folders.indexOf(first);
  if (first.length < 2 || at === -1 || folders.at(-1) === first || generic.has(first)) return false;
  const isDomain = /^(?:com|org|net|io|de|uk|dev|edu|gov|co)$/.test(first);
  return !isDomain || second === undefined || folders[at + 1] === second;
}

// Folders that say nothing about whose they are.
const generic: ReadonlySet<string> = new Set(['test', 'tests', 'lib', 'home', 'srv', 'usr', 'work', 'tmp', 'packages']);

/** The name under which a module is installed: `@scope/name/sub` is `@scope/name`, `name/sub` is `name`. */
export function packageOf(specifier: string): string {
  const inside = /^.*(?:node_modules|site-packages)[/\\](.+)$/.exec(specifier)?.[1] ?? specifier;
  const [first = '', second] = inside.replace(/^(?:pkg:|npm:|jsr:|node:)/, '').split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}
