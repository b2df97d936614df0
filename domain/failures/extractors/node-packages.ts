import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';

/** npm. What it could not reach, and what the machine refused it, are not about packages. */
const npm = rulesOf('npm', 'dependency_missing', [
  {
    name: 'npm-version-missing',
    cue: ['npm error code e', 'npm err! code e'],
    pattern:
      /^npm (?:error|ERR!) code (?<code>ETARGET|E404|ERESOLVE|EUSAGE|EBADENGINE|EBADPLATFORM|EINTEGRITY|ENOVERSIONS|EUNSUPPORTEDPROTOCOL|ENOLOCK|EOVERRIDE|ECOMPROMISED|ENOTCACHED|EINVALIDTAGNAME|ENOTSUP|EINVALIDPACKAGENAME|ELINKGLOBAL)\b/,
    weight: 92,
    refine: (groups, view) => ({ groups: { ...groups, ...npmDetails(view) } }),
  },
  {
    name: 'npm-network',
    is: 'orchestration_error',
    because: 'network',
    cue: [
      'npm error code e',
      'npm err! code e',
      'npm error code cert',
      'npm err! code cert',
      'code unable',
      'code self',
      'code depth',
    ],
    pattern:
      /^npm (?:error|ERR!) code (?<code>ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|EPROTO|ERR_SOCKET_\w{1,30}|EHOSTUNREACH|ENETUNREACH|CERT_\w{1,40}|UNABLE_TO_\w{1,60}|SELF_SIGNED_\w{1,40}|DEPTH_ZERO_\w{1,40}|ERR_TLS_\w{1,40}|E429|ECONNABORTED|FETCH_ERROR|ERR_INVALID_URL|EPIPE)\b/,
    weight: 94,
  },
  {
    name: 'npm-server',
    is: 'orchestration_error',
    because: 'service',
    cue: ['npm error code e5', 'npm err! code e5'],
    pattern: /^npm (?:error|ERR!) code (?<code>E5\d\d)\b/,
    weight: 94,
  },
  {
    name: 'npm-credentials',
    is: 'orchestration_error',
    because: 'credentials',
    cue: ['npm error code e', 'npm err! code e'],
    pattern: /^npm (?:error|ERR!) code (?<code>E401|E403|ENEEDAUTH|EOTP|EAUTHUNKNOWN|EAUTHIP)\b/,
    weight: 94,
  },
  {
    name: 'npm-timeout',
    is: 'timeout',
    cue: ['npm error code e', 'npm err! code e'],
    pattern: /^npm (?:error|ERR!) code (?<code>ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/,
    weight: 95,
  },
  {
    name: 'npm-network-timeout',
    is: 'timeout',
    cue: 'network timeout at',
    pattern: /^npm (?:error|ERR!) network timeout at/,
    weight: 96,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        code:
          lookUp(view, 4, (line) => /code (?<code>[A-Z]\w{2,40})$/.exec(line)?.groups?.['code'] ?? null) ?? undefined,
      },
    }),
  },
  {
    name: 'npm-manifest',
    is: 'compile_error',
    cue: ['npm error code ejson', 'npm err! code ejson'],
    pattern: /^npm (?:error|ERR!) code (?<code>EJSONPARSE)\b/,
    weight: 94,
    refine: (groups, view) => {
      const file = lookDown(
        view,
        6,
        (line) => /\b(?:path|parsing|file) (?:\S{0,300}\/)?([\w.-]{1,60}\.json)\b/.exec(line)?.[1] ?? null,
      );
      const place = lookDown(view, 12, (line) => /\(line (\d{1,7}) column (\d{1,7})\)/.exec(line));
      return { groups: { ...groups, file: file ?? 'package.json', line: place?.[1], column: place?.[2] } };
    },
  },
  {
    name: 'npm-git',
    is: 'orchestration_error',
    because: 'git',
    cue: ['code 128', 'unknown git error'],
    pattern: /^npm (?:error|ERR!) (?:code 128|An unknown git error occurred)/,
    weight: 80,
  },
  {
    name: 'npm-machine',
    is: 'unknown',
    cue: [
      'npm error code e',
      'npm err! code e',
      'npm error missing script',
      'npm err! missing script',
      'npm error enoent',
      'npm err! enoent',
    ],
    pattern:
      /^npm (?:error|ERR!) (?:code (?<code>ENOSPC|EACCES|EPERM|EMFILE|EROFS|ENOENT|EISDIR|ENOTDIR|EEXIST|ENOTEMPTY|EBUSY|ENOWORKSPACES|ENOMEM)\b|Missing script: )/,
    weight: 93,
    refine: decideNpmFile,
  },
]);

function decideNpmFile(groups: Groups, view: View) {
  const program = lookDown(view, 4, (line) => /syscall spawn (\S{1,80})/.exec(line)?.[1] ?? null);
  const path = lookDown(
    view,
    6,
    (line) => /Could not read package\.json.{0,80}open '(?<path>[^']{1,300})'/.exec(line)?.groups?.['path'] ?? null,
  );
  if (groups['code'] !== 'ENOENT' || program === null) return { groups: { ...groups, file: path ?? undefined } };
  return { groups: { ...groups, package: program }, failureClass: 'dependency_missing' as const };
}

const npmPackageLines: readonly RegExp[] = [
  /Required: \{"(?<package>node|npm)"/,
  /request to \S{1,100}\/(?<package>(?:@[\w.~-]{1,80}(?:\/|%2f))?[\w.~-]{1,100}) failed: cache mode/,
  /No matching version found for (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/,
  /'(?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@[^']{0,100}' (?:is not in|could not be found)/,
  /404 {1,3}'?(?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@\S{1,80} is not in (?:this|the npm) registry/,
  /Missing: (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@\S{1,80} from lock file/,
  /Invalid: lock file's (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/,
  /peer (?:optional )?(?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@"/,
  /Could not resolve dependency:$/,
  /Unsupported (?:engine|platform) for (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/,
  /Not compatible with your version of node\/npm: (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/,
  /integrity checksum failed|Verification failed while extracting (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/,
  /No versions available for (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})/,
];

function npmDetails(view: View): Groups {
  for (const form of npmPackageLines) {
    const found = lookDown(view, 30, (line) => form.exec(line)?.groups?.['package'] ?? null);
    if (found !== null) return { package: found };
  }
  const tarball = lookUp(
    view,
    6,
    (line) =>
      /tarball data for (?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@/.exec(line)?.groups?.['package'] ?? null,
  );
  return tarball === null ? {} : { package: tarball };
}

const name = String.raw`(?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})`;

/** pnpm, Yarn and Bun. */
const others = rulesOf(null, 'dependency_missing', [
  {
    name: 'pnpm-dependency',
    cue: 'err_pnpm_',
    weight: 92,
    pattern:
      /(?<code>ERR_PNPM_(?:NO_MATCHING_VERSION|FETCH_404|OUTDATED_LOCKFILE|UNSUPPORTED_ENGINE|UNSUPPORTED_PLATFORM|PEER_DEP_ISSUES|NO_OFFLINE_TARBALL|NO_OFFLINE_META|NO_LOCKFILE|TARBALL_INTEGRITY|LOCKFILE_\w{1,40}|WORKSPACE_PKG_NOT_FOUND|NO_MATCHING_VERSION_INSIDE_WORKSPACE|LINKED_PKG_DIR_NOT_FOUND|PACKAGE_NOT_FOUND|BAD_PM_VERSION|NO_VERSIONS|CATALOG_\w{1,60}|SPEC_NOT_SUPPORTED_\w{1,40}|FROZEN_\w{1,40}|IGNORED_BUILDS|NO_MATURE_\w{1,40}|UNEXPECTED_STORE|MISSING_\w{1,30}|RECURSIVE_EXEC_FIRST_FAIL|ENOENT))\b\s{0,4}(?<message>.{0,400})/,
    refine: pnpmDetails,
  },
  {
    name: 'pnpm-network',
    is: 'orchestration_error',
    because: 'network',
    cue: 'err_pnpm_',
    weight: 94,
    pattern:
      /(?<code>ERR_PNPM_(?:META_FETCH_FAIL|FETCH_(?:401|403|407|429|5\d\d)|TARBALL_FETCH\w{0,20}|REGISTRIES_MISMATCH|BAD_TARBALL_SIZE|NO_AUTH\w{0,20}))\b\s{0,4}(?<message>.{0,400})/,
    refine: (groups) => pnpmAnswer(groups),
  },
  {
    name: 'pnpm-script-missing',
    is: 'unknown',
    cue: 'err_pnpm_',
    weight: 92,
    pattern:
      /(?<code>ERR_PNPM_(?:NO_SCRIPT\w{0,30}|NO_IMPORTER_MANIFEST_FOUND|NO_PKG_MANIFEST|NO_PACKAGE_IN_\w{1,30}|RECURSIVE_RUN_NO_SCRIPT))\b/,
  },
  {
    name: 'pnpm-manifest',
    is: 'compile_error',
    cue: ['err_pnpm_json', 'err_pnpm_bad_package_json'],
    weight: 92,
    pattern: /(?<code>ERR_PNPM_(?:JSON_PARSE|BAD_PACKAGE_JSON|BAD_MANIFEST|INVALID_PACKAGE_JSON))\b/,
    refine: (groups) => ({ groups: { ...groups, file: 'package.json' } }),
  },
  {
    name: 'yarn-version-missing',
    cue: [
      "couldn't find",
      'yn0',
      'is incompatible',
      'lockfile needs to be updated',
      'integrity check failed',
      'lockfile would have been',
    ],
    weight: 92,
    pattern: new RegExp(
      String.raw`(?:Couldn't find (?:any versions for |package )"?${name}|➤ (?<code>YN00(?:82|02|60|28|16|35|27|18)): .{0,20}?(?:${name.replace('package', 'package2')}@(?:npm|workspace|virtual):)?|The engine "\w{1,20}" is incompatible|Your lockfile needs to be updated|Integrity check failed for "${name.replace('package', 'package3')}|The lockfile would have been (?:modified|created))`,
    ),
    refine: yarnDetails,
  },
  {
    name: 'bun-version-missing',
    cue: ['failed to resolve', 'no version matching', 'lockfile had changes', '404 -'],
    weight: 91,
    pattern: new RegExp(
      String.raw`^(?:error: (?:No version matching "[^"]{0,60}" found for specifier "|package "|lockfile had changes, but lockfile is frozen)${name}?|error: ${name.replace('package', 'package2')}@\S{1,60} failed to resolve|error: GET \S{1,200}\/${name.replace('package', 'package3')} - 404)`,
    ),
    refine: (groups) => ({
      groups: { ...groups, package: groups['package'] ?? groups['package2'] ?? groups['package3'] },
    }),
  },
]);

function pnpmAnswer(groups: Groups): Reading {
  if (/timed? ?out/i.test(groups['message'] ?? '')) return { groups, failureClass: 'timeout' };
  return /FETCH_40[13]|NO_AUTH/.test(groups['code'] ?? '') ? { groups, subReason: 'credentials' } : { groups };
}

function pnpmDetails(groups: Groups, view: View) {
  const message = groups['message'] ?? '';
  const found =
    new RegExp(String.raw`(?:found for |https?:\/\/[^\s/]{1,100}\/|"|in )(?!frozen-)${name}(?:@|:| |"|$)`).exec(message)
      ?.groups?.['package'] ??
    lookDown(
      view,
      12,
      (line) =>
        new RegExp(
          String.raw`(?:unmet peer |missing peer |✕ \w{1,10} peer |in package\.json \(\{"|dependenc(?:y|ies) (?:was|were) (?:added|removed|changed): )${name}`,
        ).exec(line)?.groups?.['package'] ?? null,
    );
  if (groups['code'] === 'ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL' && !/not found/.test(message)) return null;
  const engine =
    groups['code'] === 'ERR_PNPM_UNSUPPORTED_ENGINE'
      ? lookDown(
          view,
          8,
          (line) =>
            /Your (?<name>Node|pnpm|npm) version is incompatible/.exec(line)?.groups?.['name']?.toLowerCase() ?? null,
        )
      : null;
  return { groups: { ...groups, package: engine ?? found ?? undefined } };
}

function yarnDetails(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (/YN0(?:002|060)/.test(line) && lookUpError(view)) return null;
  const forms = [
    /The engine "(?<package>\w{1,20})" is incompatible/,
    /(?<package>(?:@[\w.~-]{1,80}\/)?[\w.~-]{1,100})@(?:npm|workspace|virtual):/,
  ];
  const told = forms.map((form) => form.exec(line)?.groups?.['package']);
  const named = [...told, groups['package'], groups['package2'], groups['package3']];
  return { groups: { ...groups, package: named.find((name) => name !== undefined) } };
}

// Peer warnings stand beside the error that failed.
function lookUpError(view: View): boolean {
  const isError = (line: string) => (/YN00(?:01|09|28|35|82)/.test(line) ? true : null);
  return lookDown(view, 40, isError) ?? lookUp(view, 40, isError) ?? false;
}

export const nodePackageRules = [...npm, ...others];
