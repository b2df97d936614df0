import type { FailureClass } from './failure-class.ts';
import { isInterpreter, isKnownTool, kindOfTool } from './tool-kinds.ts';

/** What only says how the program behind it is run. */
const wrappers: ReadonlySet<string> = new Set(
  'sudo env nice time timeout nohup stdbuf exec command cross-env dotenv dotenvx xvfb-run npx bunx uvx pipx'.split(' '),
);

/** Managers that run the program behind these words as it is; behind any other word stands a script or a task. */
const launchWords: Readonly<Record<string, readonly string[]>> = {
  npm: ['exec', 'x'],
  pnpm: ['exec', 'dlx'],
  yarn: ['exec', 'dlx'],
  bun: ['x'],
  uv: ['run'],
  poetry: ['run'],
  pipenv: ['run'],
  pdm: ['run'],
  hatch: ['run'],
  rye: ['run'],
  pixi: ['run'],
  bundle: ['exec'],
  composer: ['exec'],
  pipx: ['run'],
  mise: ['exec', 'x'],
  asdf: ['exec'],
  rbenv: ['exec'],
  pyenv: ['exec'],
};

/** These run scripts of the project by the same word, and programs where no script has that name. */
const withScripts: ReadonlySet<string> = new Set(['pipenv', 'pdm', 'hatch', 'rye', 'pixi']);
const taskWord = /^(?:check|build|test|tests|lint|format|fmt|types|typecheck|style|docs|run|start|dev)$/;

/** What a manager is asked for when it works on packages. */
const installWords =
  /^(?:ci|clean-install|install|i|add|update|upgrade|sync|restore|fetch|download|lock|require|get|deps|ensure)$/;
const managers: ReadonlySet<string> = new Set(
  'npm pnpm yarn pip pip3 pipenv poetry uv pdm hatch rye pixi conda mamba bundle gem composer opam luarocks'.split(' '),
);

/** What these do is said by the word behind them: `cargo clippy` is a linter, `cargo test` runs tests. */
const manyFaced: ReadonlySet<string> = new Set(
  'cargo go dotnet mix deno bun buf terraform tofu swift dart flutter zig helm cabal stack rebar3 gleam nimble crystal dub dune forge lein ng next nuxt nuxi react-scripts vue-cli-service prisma astro elm expo'.split(
    ' ',
  ),
);

/** Runners of tasks, scripts, hooks and texts: what fails in them is something else. */
const runners: ReadonlySet<string> = new Set(
  'make gmake just task rake ant gradle gradlew maven mvn mvnw sbt mill bazel bazelisk buck buck2 pants please meson ninja cmake scons waf xcodebuild mage jake gulp grunt nx turbo lerna rush moon wireit tox nox invoke inv doit poe poethepoet earthly dagger npm-run-all npm-run-all2 run-s run-p concurrently lefthook pre-commit husky lint-staged overcommit trunk megalinter super-linter docker podman ssh xargs find parallel watch eval start-server-and-test awk gawk mawk sed jq'.split(
    ' ',
  ),
);

/** Options of wrappers and launchers that take the next word with them. */
const valued =
  /^(?:-p|--package|-w|--workspace|-C|--prefix|--dir|--project|--directory|--with|--python|--extra|--group)$/;

/** Where package managers put programs. */
const programFolder =
  /(?:^|\/)(?:\.?v?env\/bin|\.?venv\/Scripts|vendor\/bin|node_modules\/\.bin|\.local\/bin|\.cargo\/bin|go\/bin)\/[\w.+-]{1,80}$|^\/(?:usr\/)?(?:local\/)?s?bin\/[\w.+-]{1,80}$/;

/** Ends of a command that another one may follow. */
const chained = /&&|\|\|?|;|\n|(?<![>&\d])&(?![>&\d])/;
/** What only prepares the next command, or shows what the one before printed. */
const preparation = /^(?:cd|pushd|popd|export|set|source|\.|tee|true|umask|mkdir)(?:\s|$)/;

/** A step that fails by these has not failed by what it was to check. */
const ofNoGate: ReadonlySet<FailureClass> = new Set(['orchestration_error', 'budget_exceeded', 'timeout']);

/**
 * The tool that a whole command line runs: `npx eslint .` and `.venv/bin/ruff check .` name one, `npm run lint` and `make`
 * do not say what they run. Null also where a chain of commands runs more than one, and for names that nobody has listed.
 */
export function toolOfCommand(command: string): string | null {
  const parts = command.split(chained).map((part) => part.trim().replace(/^[({] ?|\s?[)}]$/g, ''));
  const running = parts.filter((part) => part !== '' && !preparation.test(part));
  const [first = null, ...others] = running.map((part) => toolOfWords(part));
  if (first === null || others.some((tool) => tool !== first)) return null;
  const kind = kindOfTool(first);
  return kind === null || ofNoGate.has(kind) ? null : first;
}

/**
 * The tool of a command as package managers and shells repeat it before they run it: `> eslint .`, `$ tsc`, `+ cargo test`.
 */
export function toolOfEcho(line: string): string | null {
  const command = /^(?:> |\$ |\+ |❯ |➜ |\[command\])(?<command>[\w@./=-].{0,300})$/.exec(line)?.groups?.['command'];
  // npm repeats the name and version of the package before the command.
  if (command === undefined || /^\S+@\S+ \w+/.test(command)) return null;
  return toolOfWords(command.split(/\s(?:&&|;|\|\|)\s/).at(-1) ?? command);
}

/** The tool of one command without a chain; null where it runs a script, a task, or a text that is no tool. */
function toolOfWords(command: string): string | null {
  // A quoted text may be a command of its own.
  if ((command.match(/["']/g)?.length ?? 0) % 2 === 1) return null;
  const words = command.split(/\s+/).slice(0, 40);
  const at = firstProgram(words);
  const word = words[at];
  if (word === undefined) return null;
  const name = programOf(word);
  if (name === null || runners.has(name)) return null;
  const rest = words.slice(at + 1);
  return isInterpreter(name) ? toolOfInterpreter(name, rest) : toolOfProgram(name, rest);
}

function toolOfProgram(name: string, rest: readonly string[]): string | null {
  const verb = rest.find((one) => !/^[-+]/.test(one)) ?? '';
  if (launchWords[name]?.includes(verb) === true) return toolBehind(name, rest.slice(rest.indexOf(verb) + 1));
  if (managers.has(name)) return installWords.test(verb) || (name === 'yarn' && verb === '') ? name : null;
  return manyFaced.has(name) ? ofVerb(name, verb) : name;
}

function toolBehind(launcher: string, words: readonly string[]): string | null {
  const tool = toolOfWords(words.join(' '));
  const mayBeScript = withScripts.has(launcher) && tool !== null && (taskWord.test(tool) || !isKnownTool(tool));
  return mayBeScript ? null : tool;
}

function firstProgram(words: readonly string[]): number {
  let isWrapped = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (valued.test(word)) at += 1;
    else if (wrappers.has(word)) isWrapped = true;
    else if (!/^(?:\w+=|-)/.test(word) && !(isWrapped && /^\d[\d.]*[smh]?$/.test(word))) return at;
  }
  return words.length;
}

// A program of the project itself is no tool that anybody knows, whatever it is called.
function programOf(word: string): string | null {
  const plain = word.replace(/^["']|["']$/g, '').replaceAll('\\', '/');
  const [name = ''] = plain.split('/').slice(-1);
  const bare = name.replace(/@[\w.^~-]{1,40}$/, '').replace(/\.(?:exe|cmd|bat|phar)$/, '');
  if (/^@[\w.-]+\/[\w.-]+(?:@|$)/.test(plain) || !plain.includes('/') || programFolder.test(plain)) {
    return /^[A-Za-z@][\w@.+-]*$/.test(bare) && !/\.(?:sh|[cm]?[jt]s|py|rb|php|pl)$/.test(bare) ? bare : null;
  }
  return null;
}

function toolOfInterpreter(name: string, rest: readonly string[]): string | null {
  if (name === 'deno' || name === 'bun') return toolOfProgram(name, rest);
  if (name === 'node' && rest.includes('--test')) return 'node-test';
  const [option, argument] = rest.filter((one) => one === '-m' || !one.startsWith('-'));
  if (option === '-m') return argument === undefined ? null : toolOfWords(rest.slice(rest.indexOf('-m') + 1).join(' '));
  const program = option === undefined ? null : programOf(option);
  return program !== null && option?.includes('/') === true ? program : null;
}

// `mix credo` is credo; `go vet` is go-vet.
function ofVerb(name: string, verb: string): string | null {
  const joined = `${name}-${verb.replace(/[.:].*$/, '')}`;
  if (kindOfTool(joined) !== null) return joined;
  return name === 'mix' && isKnownTool(verb) ? verb : null;
}
