import { rulesOf, type Groups, type View } from '../line-rule.ts';

const name = String.raw`(?<package>[\w@+-][\w@./+-]{0,100})`;

/** Programs, interpreters, browsers and system packages that are not there. */
export const commandRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'command-missing',
    cue: 'not found',
    weight: 89,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        .../^(?<file>[^\s:]{1,200}\.(?:sh|bash)): (?:line )?(?<line>\d{1,7}): /.exec(view.lines[view.at] ?? '')?.groups,
      },
    }),
    // Only as a shell says it: programs say that a user, a page or a file was "not found" too.
    pattern: new RegExp(
      String.raw`^\s{0,8}(?:\S{0,200}/)?(?:[\w+-]{1,60}(?=: (?:line )?\d{1,9}: )|[a-z]{0,4}sh|env|\S{1,60}\.sh|make(?:\[\d\])?|nice|sudo|xargs|timeout|exec|entrypoint\.sh|/bin/\w{1,6}): (?:line )?(?:\d{1,9}: |eval: )*['"\`‘]?${name}['"\`’]?: (?:[Cc]ommand )?not found$`,
    ),
  },
  {
    name: 'command-missing',
    cue: 'command not found',
    weight: 89,
    pattern: new RegExp(
      String.raw`(?:^|: )(?:zsh: )?command not found: ${name}$|^${name.replace('package', 'package2')}: command not found$`,
    ),
    refine: firstOf,
  },
  {
    name: 'command-missing',
    cue: [
      'failed to spawn',
      'could not find python interpreter',
      'executable `',
      'program ',
      'executable file not found',
      'is not recognized as',
      'no such command',
      'spawn ',
      'unknown command',
      "couldn't find the binary",
      'command "',
      'failed to spawn',
      'is not installed',
      'program not found',
      'could not be found in',
    ],
    weight: 89,
    pattern: new RegExp(
      String.raw`(?:^✖ Task failed to spawn: ${name.replace('package', 'package0')}|could not find (?:a )?python interpreter .{0,60}specs? ${name.replace('package', 'package10')}|exec: "${name}": executable file not found|'${name.replace('package', 'package2')}' is not recognized as (?:an internal|the name)|\bspawn ${name.replace('package', 'package3')} ENOENT|^ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL.{0,20}Command "${name.replace('package', 'package4')}" not found|error: [Ff]ailed to spawn: \`${name.replace('package', 'package5')}\`|^${name.replace('package', 'package6')}: program not found|^(?:\w{1,12} > )?(?:Executable|Program) [\`'"]?${name.replace('package', 'package9')}[\`'"]? (?:was )?not found|Couldn't find the binary ${name.replace('package', 'package7')}|^error: Command not found: ${name.replace('package', 'package8')})`,
    ),
    refine: (groups, view) => {
      const reading = firstOf(groups, view);
      // `py38` is how a runner of environments calls python3.8.
      const name = reading.groups['package']?.replace(/^py(\d)\.?(\d{1,2})$/, 'python$1.$2');
      return { groups: { ...reading.groups, package: name } };
    },
  },
  {
    name: 'command-missing',
    cue: [' path'],
    weight: 88,
    pattern: new RegExp(
      String.raw`(?:\b(?:[Cc]ould not|[Cc]annot|[Cc]an't|[Uu]nable to) (?:find|locate) ["'\x60]?${name}["'\x60]? (?:executable |binary |command )?(?:in|on) (?:your |the |\$)?(?:system )?PATH\b|(?:^|[\s"'\x60])${name.replace('package', 'package2')}["'\x60]? (?:(?:was|is|could) )?not (?:be )?(?:found )?(?:in|on) (?:your |the |\$)?(?:system )?PATH\b)`,
    ),
    refine: firstOf,
  },
  {
    name: 'yarn-command-missing',
    cue: ["couldn't find a script named", 'error command "', 'script not found', 'command "'],
    weight: 60,
    pattern: new RegExp(
      String.raw`(?:Couldn't find a script named "${name}"|^error Command "[^"]{1,80}" not found|^error: Script not found "${name.replace('package', 'package2')}")`,
    ),
    refine: (groups) => ({ groups: { ...groups, package: undefined }, failureClass: 'unknown', weight: 88 }),
  },
  {
    name: 'command-missing',
    cue: [
      'bad interpreter',
      'no version is set',
      'version is not installed',
      'is not installed',
      'no such file or directory',
    ],
    weight: 89,
    pattern:
      /(?:(?<package>\/\S{1,100}): bad interpreter|^env: [‘'"](?<package2>[\w.+-]{1,60})[’'"]: No such file|pyenv: version [`'](?<package3>[\w.]{1,40})' is not installed|No version is set for command (?<package4>[\w-]{1,60})|rbenv: version `(?<package5>[\w.]{1,40})' is not installed|error: toolchain '(?<package6>[\w.-]{1,60})' is not installed|exec (?<package7>\/\S{1,100}): no such file or directory)/,
    refine: firstOf,
  },
  {
    name: 'shell-syntax',
    is: 'compile_error',
    cue: ['syntax error', 'unexpected eof', 'unterminated quoted'],
    weight: 86,
    pattern:
      /^(?<file>[^\s:]{1,300}): (?:line )?(?<line>\d{1,7}): (?<message>(?:[Ss]yntax error|unexpected EOF|Unterminated quoted).{0,200})/,
  },
  {
    name: 'command-missing',
    cue: [
      "executable doesn't exist",
      'could not find chrome',
      'could not find chromium',
      'please run the following command to download',
      'no binary for',
      'cannot find chrome',
      'failed to launch the browser',
      'browser was not found',
      'cypress verify',
      'unable to obtain driver',
      'cypress executable',
      'cannot find firefox',
      'the cypress npm package is installed',
    ],
    weight: 90,
    pattern:
      /(?:Executable doesn't exist at \S{0,200}?(?<package>chromium|firefox|webkit|chrome|ffmpeg|msedge)|[Cc](?:ould not|annot) find (?<package2>Chrom(?:e|ium)|Firefox)|No binary for (?<package3>\w{1,40}) browser|The (?<package4>cypress) npm package is installed, but the Cypress binary is missing|No version of (?<package5>Cypress) is installed|Unable to obtain driver for (?<package6>\w{1,30}))/i,
    refine: (groups) => {
      const reading = firstOf(groups);
      return { groups: { ...reading.groups, package: reading.groups['package']?.toLowerCase() } };
    },
  },
  {
    name: 'system-package-missing',
    cue: [
      'unable to locate package',
      'has no installation candidate',
      'no available formula',
      'no match for argument',
      'unable to find a match',
      ' : depends',
      ' : conflicts',
      ' : predepends',
      ' : breaks',
      'unmet dependencies',
      '(no such package)',
      'target not found',
      'nothing provides',
      'no packages found',
      'held broken packages',
      'pre-dependency problem',
      'no package found',
      'unable to select packages',
    ],
    weight: 92,
    pattern:
      /(?:Unable to locate package (?<package>[\w.+-]{1,100})|Package '?(?<package2>[\w.+-]{1,100})'? has no installation candidate|No available formula(?: or cask)? with the name "(?<package3>[\w@.+/-]{1,100})"|(?:No match for argument|Unable to find a match): (?<package4>[\w.+-]{1,100})|^\s{1,4}(?<package5>[\w.+-]{1,100}) \(no such package\)|error: target not found: (?<package6>[\w.+-]{1,100})|^\s{1,3}(?<package7>[\w.+:-]{1,100}) : (?:Depends|Conflicts|PreDepends|Breaks)|nothing provides (?<package8>[\w.+-]{1,100}) needed)/,
    refine: firstOf,
  },
  {
    name: 'version-unsupported',
    cue: [
      'unsupported engine',
      'you are using node',
      'requires node',
      'requires python',
      'requires ruby',
      'engine "node"',
      'node.js version',
      'requires at least',
      'is not supported',
      'required version',
      'unsupported terraform',
      'requires version',
      'minimum required version',
      'or higher is required',
      'or greater is required',
      'does not satisfy your php version',
      'requires php',
    ],
    weight: 74,
    pattern:
      /(?:(?<package5>Python|Node(?:\.js)?|Ruby|PHP|Java) version v?[\d.]{1,12} is not supported|(?:You are using|requires|Current(?:ly using)?|Detected) (?:a version of )?(?<package>Node(?:\.js)?|Python|Ruby|PHP|Go|Java|Dart|Elixir|Deno) ?(?:SDK )?(?:version )?v?[\d.]{1,12}.{0,120}(?:is required|requires?|require|but|or higher|not supported)|Unsupported (?<package2>Terraform) Core version|(?<package3>CMake) [\d.]{1,10} or higher is required|Node\.js version .{0,60}is required|The (?<package4>terraform) .{0,40}required version)/,
    refine: firstOf,
  },
]);

/** The group of the alternative that matched. */
export function firstOf(groups: Groups, view?: View) {
  const found = Object.entries(groups).find(([key, value]) => key.startsWith('package') && value !== undefined)?.[1];
  const own = view === undefined ? null : startsPlaced.exec(view.lines[view.at] ?? '');
  return { groups: { ...groups, ...own?.groups, package: found } };
}

const startsPlaced = /^(?<file>[\w@./-]{1,300}\.\w{1,8}):(?<line>\d{1,7}): /;
