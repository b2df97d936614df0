import { lookDown, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** javac, kotlinc, scalac, groovyc, and what Maven, Gradle and sbt say of them. */
export const jvmRules = rulesOf('javac', 'compile_error', [
  {
    name: 'java-package-missing',
    is: 'dependency_missing',
    cue: 'does not exist',
    pattern:
      /^(?:\[ERROR\] |e: |\[error\] )?(?<file>\/?[^\s:[]{1,300}\.(?:java|kt|groovy)):(?:\[(?<line>\d{1,7}),(?<column>\d{1,7})\]|(?<line2>\d{1,7}):)(?: error:)? package (?<package>[\w.]{1,200}) does not exist/,
    refine: decideJavaPackage,
  },
  {
    name: 'maven-compile',
    cue: ['.java:[', '.kt:[', '.scala:[', '.groovy:['],
    pattern:
      /^\[(?<severity>ERROR|WARNING)\]\s{1,4}(?<file>[^\s:[]{1,300}):\[(?<line>\d{1,7}),(?<column>\d{1,7})\] (?:error: )?(?<message>.{1,600})/,
    refine: (groups) =>
      /^\(\w{1,30}\) \w{1,80}: /.test(groups['message'] ?? '')
        ? null
        : { groups: { ...groups, severity: groups['severity']?.toLowerCase() } },
  },
  {
    name: 'kotlin',
    cue: ['e: ', '.kt'],
    pattern:
      /^(?:e: |\[ERROR\] )(?:file:\/\/)?(?<file>[^\s:()]{1,300}\.kts?)(?::|: ?\(| ?\()(?<line>\d{1,7})[:,] ?(?<column>\d{1,7})\)?:? (?:error: )?(?<message>.{1,600})/,
    refine: decideKotlin,
  },
  {
    name: 'scala',
    cue: ['.scala'],
    pattern:
      /^(?:\[error\] |\[E\] .{0,20}|-- )?(?:\[(?<code>E\d{1,4})\] )?(?:[\w ]{1,30}Error: )?(?<file>[^\s:]{1,300}\.scala):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?:? ?(?:error: )?(?<message>.{0,600})/,
    refine: decideScala,
  },
  {
    // The compiler has numbers, and no names for what it complains of.
    name: 'scalafix',
    is: 'lint_error',
    cue: ['.scala:'],
    weight: 85,
    pattern:
      /^(?:\[error\] )?(?<file>[^\s:]{1,300}\.scala):(?<line>\d{1,7}):(?<column>\d{1,7}): error: \[(?<code>[A-Z]\w{2,40}(?:\.\w{2,40})?)\] (?<message>.{1,400})/,
  },
  {
    name: 'maven-dependency',
    is: 'dependency_missing',
    cue: [
      'could not resolve dependencies',
      'could not find artifact',
      'could not find ',
      'could not resolve ',
      'error downloading',
      'unresolved dependency',
      'not found in ',
      'was not found in',
      'plugin [id',
      'no versions available',
      '[not found ',
      'or one of its dependencies',
    ],
    weight: 91,
    pattern:
      /(?:Could not find artifact (?<package>[\w.-]{1,100}:[\w.-]{1,100})|Could not (?:find|resolve) (?<package2>[\w.-]{1,100}:[\w.-]{1,100})[:.]|Error downloading (?<package3>[\w.-]{1,100}:[\w.-]{1,100})|unresolved dependency: (?<package4>[\w.-]{1,100}[#;][\w.-]{1,100})|(?:dependency: |artifact )?(?<package5>[\w.-]{1,100}:[\w.-]{1,100}):\S{1,80} was not found in|Plugin \[id: '(?<package6>[\w.-]{1,100})'.{0,100}\] was not found|not found in .{0,60}: (?<package7>[\w.-]{1,100}:[\w.-]{1,100})|\[NOT FOUND {1,4}\] (?<package8>[\w.-]{1,100}#[\w.-]{1,100})|Plugin (?<package9>[\w.-]{1,100}:[\w.-]{1,100}):\S{1,60} or one of its dependencies could not be resolved)/,
    refine: decideArtifact,
  },
  {
    name: 'command-missing',
    is: 'dependency_missing',
    cue: [
      'java_home',
      'no compiler is provided',
      'invalid target release',
      'cannot find a java installation',
      'release version',
      'sdk location not found',
      'unsupported class file major version',
      'error: java',
      'could not create toolchain',
      'invalid source release',
      'no matching toolchains',
      'unsupportedclassversionerror',
    ],
    weight: 90,
    pattern:
      /(?<package>JAVA_HOME is not set|JAVA_HOME is set to an invalid|The JAVA_HOME environment variable is not|No compiler is provided|invalid (?:target|source) release|Cannot find a Java installation|release version \d{1,3} not supported|SDK location not found|Unsupported class file major version|No matching toolchains|UnsupportedClassVersionError)/,
    refine: () => ({ groups: { package: 'jdk' } }),
  },
  {
    name: 'artifact-transfer',
    is: 'orchestration_error',
    cue: 'could not transfer artifact ',
    weight: 93,
    // One that is told of alone may have been tried again.
    pattern: /\b(?:Non-resolvable|Failed to)\b.{1,400}\bCould not transfer artifact \S/,
    refine: decideTransfer,
  },
  {
    name: 'modules-unresolved',
    is: 'dependency_missing',
    cue: 'resolution failed for ',
    weight: 91,
    pattern: /^Resolution failed for \d{1,4} modules:$/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        package: lookDown(view, 3, (line) => artifact.exec(line)?.groups?.['name'] ?? null) ?? undefined,
      },
    }),
  },
  {
    name: 'javadoc',
    is: 'unknown',
    cue: 'error while generating javadoc',
    weight: 84,
    pattern: /\bError while generating Javadoc\b/,
    refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 3, readPlace)) }),
  },
  {
    name: 'gradle-script',
    cue: [
      "build file '",
      "settings file '",
      'script compilation error',
      'could not compile build file',
      'could not compile settings file',
      'non-parseable pom',
      'malformed pom',
      'unparseable',
    ],
    weight: 83,
    pattern:
      /(?:(?:Build|Settings|Script) file '(?<file>[^']{1,300})' line: (?<line>\d{1,7})|[Cc]ould not compile (?:build|settings) file '(?<file2>[^']{1,300})'|Script compilation errors?|Non-(?:parseable|readable) POM (?<file3>(?:[A-Za-z]:[\\/])?[^\s:]{1,300})|Malformed POM (?<file4>(?:[A-Za-z]:[\\/])?[^\s:]{1,300}))/,
    refine: decideScript,
  },
  {
    name: 'jvm-verdict',
    cue: [
      'compilation error',
      'compilation failed',
      'compilejava',
      'compilekotlin',
      'compiletestjava',
      'failed to compile',
    ],
    weight: 48,
    pattern:
      /(?:COMPILATION ERROR|Compilation failed; see|Compilation error\. See|\(\S{1,60}compileIncremental\) Compilation failed|Execution failed for task '\S{0,80}:compile\w{1,40}')/,
  },
  {
    name: 'maven-no-project',
    is: 'unknown',
    cue: [
      'there is no pom in this directory',
      'does not contain a gradle build',
      'not found in root project',
      'unknown lifecycle phase',
      "task '",
    ],
    weight: 82,
    pattern:
      /(?:there is no POM in this directory|does not contain a Gradle build|Task '\S{1,100}' not found in|Unknown lifecycle phase)/,
  },
]);

function decideJavaPackage(groups: Groups) {
  const known: Groups = { ...groups, line: groups['line'] ?? groups['line2'] };
  return originOf(groups['package'] ?? '', groups['file'] ?? null) === 'local'
    ? { groups: { ...known, package: undefined }, failureClass: 'compile_error' as const }
    : { groups: known };
}

function decideKotlin(groups: Groups) {
  const message = groups['message'] ?? '';
  const rule = /^(?<message>.{1,500}?) \((?<code>[a-z-]{1,30}:[\w-]{1,60})\)$/.exec(message)?.groups;
  return rule === undefined ? { groups } : { groups: { ...groups, ...rule }, failureClass: 'lint_error' as const };
}

const notMember =
  /object (?<name>\w{1,60}) is not a member of package (?<owner>[\w.]{1,100})|(?:value|object) (?<name2>\w{1,60}) is not a member of (?<owner2>(?:org|com|io|net))\b/;

function decideScala(groups: Groups, view: View): Reading | null {
  if (!/^\[error\]|error:|^-- |Error:/.test(view.lines[view.at] ?? '')) return null;
  const message = scalaMessage(groups['message'] ?? '', view);
  const missing = notMember.exec(message)?.groups;
  if (missing === undefined) return { groups: { ...groups, message } };
  const name = `${missing['owner'] ?? missing['owner2'] ?? ''}.${missing['name'] ?? missing['name2'] ?? ''}`;
  return originOf(name, groups['file'] ?? null) === 'package'
    ? { groups: { ...groups, message, package: name }, failureClass: 'dependency_missing', weight: 88 }
    : { groups: { ...groups, message } };
}

// Scala 3 draws the source and tells the words below it.
function scalaMessage(message: string, view: View): string {
  if (message !== '' && !/^-+$/.test(message)) return message;
  const drawn = /^(?:\[error\] )?\s*\|\s{1,200}(?<words>[A-Za-z].{1,300})$/;
  return lookDown(view, 6, (text) => drawn.exec(text)?.groups?.['words'] ?? null) ?? message;
}

function away(line: string): string | null {
  return (
    /(?:UnknownHost|Unknown host|Connection refused|Connect to \S{1,100} failed|connect timed out|Read timed out|status code: 5\d\d|PKIX path|Temporary failure in name resolution|Name or service not known|No route to host|Could not (?:GET|HEAD))/i.exec(
      line,
    )?.[0] ?? null
  );
}

function unreached(cause: string): Reading {
  return /timed out/i.test(cause)
    ? { groups: {}, failureClass: 'timeout', weight: 93 }
    : { groups: {}, failureClass: 'orchestration_error', subReason: 'network', weight: 93 };
}

function decideTransfer(_groups: Groups, view: View): Reading {
  const own = view.lines[view.at] ?? '';
  return /\bReturn code is: 40[13]\b|status code: 40[13]\b/.test(own)
    ? { groups: {}, subReason: 'credentials' }
    : unreached(away(own) ?? lookDown(view, 8, away) ?? '');
}

function decideArtifact(groups: Groups, view: View) {
  const found = Object.values(groups).find((name) => name !== undefined);
  const cause = away(view.lines[view.at] ?? '') ?? lookDown(view, 8, away);
  if (cause === null) return { groups: { ...groups, package: found?.replace(/[#;]/, ':') } };
  return unreached(cause);
}

const scriptPlace =
  /(?:[Ll]ine (?<line>\d{1,7})|@ line (?<line2>\d{1,7}), column (?<column>\d{1,7})|: (?<line3>\d{1,7}): )/;

/** `group:name:version` on a line of its own */
const artifact = /^\s{1,8}(?<name>[\w.-]{1,100}:[\w.-]{1,100}):[\w.-]{1,60}$/;

function decideScript(groups: Groups, view: View): Reading {
  const file = ['file', 'file2', 'file3', 'file4'].map((key) => groups[key]).find((one) => one !== undefined);
  const own = scriptPlace.exec(view.lines[view.at] ?? '')?.groups;
  const place = own ?? lookDown(view, 8, (line) => scriptPlace.exec(line)?.groups ?? null) ?? {};
  const line = [groups['line'], place['line'], place['line2'], place['line3']].find((one) => one !== undefined);
  const known: Groups = { ...groups, file, line, column: place['column'] };
  return { groups: file === undefined ? withPlace(known, readPlace(view.lines[view.at] ?? '')) : known };
}
