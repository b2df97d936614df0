import { lookDown, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

const place = String.raw`^(?:vet: |\s{0,8})(?<file>[^\s:][^:]{0,300}\.go):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: `;

/** The go command: build, vet, modules. */
export const goRules = rulesOf('go', 'compile_error', [
  {
    name: 'go-module-missing',
    is: 'dependency_missing',
    cue: [
      'no required module provides',
      'missing go.sum entry',
      'cannot find module providing',
      'is not in std',
      'is not in goroot',
      'cannot find package',
      'module lookup disabled',
      'updates to go.mod needed',
      'requires go >=',
      'inconsistent vendoring',
      'missing module',
      'not in your go.mod',
      'unknown revision',
      'checksum mismatch',
      'no matching versions',
      'go.mod requires',
      'dial tcp',
    ],
    weight: 91,
    pattern:
      /(?:no required module provides package (?<package>[^\s;:]{1,200})|missing go\.sum entry for (?:module providing package (?<package2>[^\s;:]{1,200})|go\.mod file|.{0,200})|cannot find (?:module providing )?package "?(?<package3>[^\s";:]{1,200})|package (?<package4>[^\s;:]{1,200}) is not in (?:std|GOROOT)|(?<![^\s;:@])(?<package5>[^\s;:@]{1,200})@\S{1,100}: (?:.{0,200}(?:unknown revision|module lookup disabled|checksum mismatch)|verifying .{0,80}checksum mismatch)|updates to go\.mod needed|(?<manifest>go\.mod) requires go >= |inconsistent vendoring|module (?<package6>[^\s;:]{1,200}): no matching versions|no matching versions for query)/,
    refine: decideModule,
  },
  {
    name: 'go-cycle',
    cue: ['import cycle not allowed'],
    weight: 86,
    pattern: /(?<message>import cycle not allowed.{0,100})/,
  },
  {
    name: 'go-embed-missing',
    cue: 'no matching files found',
    weight: 84,
    pattern: new RegExp(String.raw`${place}(?<message>pattern .{1,200}: no matching files found)`),
  },
  {
    name: 'go-manifest',
    cue: ['errors parsing go.mod', 'errors parsing go.work'],
    weight: 90,
    pattern: /errors parsing (?<file>go\.(?:mod|work)):/,
    refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 2, readPlace)) }),
  },
  {
    name: 'go-no-module',
    is: 'unknown',
    cue: ['go.mod file not found', 'no go files in', 'matched no packages'],
    weight: 85,
    pattern: /(?:go\.mod file not found|no Go files in|matched no packages)/,
  },
  {
    name: 'go',
    cue: '.go:',
    pattern: new RegExp(String.raw`${place}(?<message>.{1,1000})$`),
    refine: decideGoLine,
  },
  {
    name: 'go-build-failed',
    cue: ['[build failed]', '[setup failed]'],
    weight: 81,
    pattern: /^FAIL\s{1,4}(?<message>\S{1,300} \[(?:build|setup) failed\])/,
    refine: decideBuildFailed,
  },
]);

function decideModule(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (/dial tcp|i\/o timeout|TLS handshake|connection refused|no such host/.test(line)) return null;
  const own = readPlace(line);
  const packages = ['package', 'package2', 'package3', 'package4', 'package5', 'package6'];
  const found = packages.map((key) => groups[key]).find((name) => name !== undefined);
  const isOwn = /\/internal(?:\/|$)/.test(found ?? '') && groups['package'] !== undefined;
  const isStandard = isOwn || (groups['package4'] !== undefined && !groups['package4'].split('/')[0]?.includes('.'));
  const placed = withPlace({ ...groups, file: groups['manifest'], package: found }, own);
  // Without a dot in its first part no host can have it: it is a folder of this module, or of nobody.
  return isStandard
    ? { groups: { ...placed, package: undefined }, failureClass: 'compile_error' as const }
    : { groups: placed };
}

// In a test's log the same form names the place of an assertion; those lines are indented. Other programs say in theirs
// where in themselves they were.
const isOfLog =
  /^\s{2,}|^container_linux\.go:|\.go:\d{1,7}: (?:\d{4}[-/]\d\d[-/]\d\d .{0,60})?\[(?:debug|info|warning|error)\] /i;

/** What only vet complains of: a test is not run then. */
const isOfVet =
  /^\S{1,60} (?:call has possible (?:\w{1,20} )?formatting directive|format %\S{1,8} (?:has arg|reads arg|of wrong type|is missing)|arg list ends with redundant newline)|^(?:self-assignment of|struct field tag `|unreachable code$|the cancel function returned by|possible misuse of|.{1,100} (?:passes|copies) lock (?:by )?value)/;

// What vet and other linters of Go say, with or without the name of the rule; null for what the compiler says.
function namedFinding(groups: Groups): Reading | null {
  const message = groups['message'] ?? '';
  if (isOfVet.test(message)) return { groups, failureClass: 'lint_error', weight: 85 };
  const rule = /^(?<message>.{1,900}?) \((?<code>[a-z][\w-]{1,40})\)$/.exec(message)?.groups;
  if (rule !== undefined)
    return /^(?:compile|typecheck)$/.test(rule['code'] ?? '')
      ? { groups: { ...groups, message: rule['message'] }, weight: 88 }
      : { groups: { ...groups, ...rule }, failureClass: 'lint_error' };
  const check = /^(?<message>.{1,900}?) \(?(?<code>(?:SA|ST|S|QF|U|G)\d{3,4})\)?$|^(?:G\d{3}) /.exec(message)?.groups;
  return check === undefined ? null : { groups: { ...groups, ...check }, failureClass: 'lint_error' };
}

function decideGoLine(groups: Groups, view: View): Reading | null {
  const line = view.lines[view.at] ?? '';
  if (line.startsWith('vet: ')) return { groups, weight: 88 };
  return namedFinding(groups) ?? (isOfLog.test(line) ? null : { groups });
}

// The compiler's words stand above, below a line with the package.
function decideBuildFailed(groups: Groups, view: View) {
  const name = /^(?<name>\S{1,300})/.exec(groups['message'] ?? '')?.groups?.['name'] ?? '';
  const from = Math.max(0, view.at - 200);
  const heading = view.lines.slice(from, view.at).findIndex((line) => line.startsWith('# ') && line.includes(name));
  const found =
    heading === -1
      ? null
      : lookDown({ ...view, at: from + heading }, 4, (line) => (/\.go:\d/.test(line) ? line : null));
  if (found === null) return { groups };
  const words = /:\d{1,7}: (?<message>.{1,500})$/.exec(found)?.groups ?? {};
  return { groups: { ...withPlace(groups, readPlace(found)), ...words } };
}
