import { lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { nameOf } from './general-packages.ts';

const installer = String.raw`(?:(?:npm (?:install|add|i)|yarn add|pnpm (?:add|install|i)|bun add|pip3? install|pipx install|poetry add|uv (?:add|pip install)|conda install|gem install|bundle add|cargo (?:add|install)|go (?:get|install)|apt(?:-get)? install|brew install|apk add|dnf install|yum install|composer require|luarocks install|opam install|cabal install|cpanm?|dotnet add package|ansible-galaxy (?:collection |role )?install) |Pkg\.add\(|install\.packages\()`;

/** What a tool says to install, beside words of something that is not there. */
export const installHintRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'install-hint',
    cue: [
      'npm i',
      'npm add',
      'yarn add',
      'pnpm ',
      'bun add',
      'pip install',
      'pip3 install',
      'pipx install',
      'poetry add',
      'uv add',
      'conda install',
      'gem install',
      'bundle add',
      'cargo add',
      'cargo install',
      'go get',
      'go install',
      'apt install',
      'apt-get install',
      'brew install',
      'apk add',
      'dnf install',
      'yum install',
      'composer require',
      'luarocks install',
      'opam install',
      'cabal install',
      'cpanm ',
      'cpan ',
      'dotnet add package',
      'ansible-galaxy ',
      'pkg.add(',
      'install.packages(',
    ],
    weight: 56,
    pattern: new RegExp(
      String.raw`\b${installer}(?:--?[A-Za-z][\w=-]{0,30} ){0,4}["'\x60]?(?<package>@?[A-Za-z0-9][\w@./:+-]{0,150})`,
    ),
    refine: decideHint,
  },
]);

const needed =
  /missing|not (?:found|installed|available|resolved)|\bneed|require|cannot|can['’]t|unable|could ?n[o'’]t|\btry\b|please|must|\bno module\b|looks like|no longer (?:part|included|bundled|shipped)|\binstall it\b/i;
/** Source of an image or of a script that a linter repeats. */
const repeated = /\bRUN\b|^(?:Line \d{1,6}|\d{1,6} ?[|:]) ?/;
const newer = /\b(?:update|upgrade|newer|new (?:major|minor|patch)?\s?version|audit|funding|notice)\b/i;

// A tool that says what to install, beside words of something that is not there.
function decideHint(groups: Groups, view: View): Reading | null {
  const name = nameOf(groups);
  const line = view.lines[view.at] ?? '';
  const isNeeded = needed.test(line) || lookUp(view, 3, (above) => (needed.test(above) ? true : null)) === true;
  return name === undefined || !isNeeded || newer.test(line) || repeated.test(line)
    ? null
    : { groups: { package: name } };
}
