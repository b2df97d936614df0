import { lookDown, rulesOf, type View } from '../line-rule.ts';

// Other programs begin with "fatal:" too; what git says has one of its words.
const isGitWord =
  /^(?!(?:\w{1,40}Error: |\s{0,4}[Ss]tderr: {0,12}['"|]? ?)?(?:remote: )?fatal: )|\b(?:git|repositor\w{1,4}|remote|branch\w{0,2}|refs?|refspec|refname|commit\w{0,3}|index|HEAD|merg\w{1,4}|submodule|work ?tree|pathspec|revisions?|objects?|upstream|trees?|stash|patch|bundle|lfs|tags?|push\w{0,3}|pull|fetch|clone|rebas\w{1,4}|cherry-pick|checkout|pack\w{0,3}|hook|ident|identity|unable to access|destination path|Authentication|protocol|transport|bad (?:config|object|numeric)|config|username|password|ambiguous argument|loose|sha1?|blame|path|option|lock file|prerequisite\w{0,1}|reference)\b/i;

/** git. Whatever it says is a failure of the handling of a repository, and no fault of the code. */
export const gitRules = rulesOf('git', 'orchestration_error', [
  {
    name: 'git-library',
    because: 'git',
    cue: ['git.exc.', 'invalidgitrepository', 'gitcommanderror', 'libgit2', 'pygit2'],
    weight: 90,
    pattern: /(?:\bgit\.exc\.\w{3,60}|InvalidGitRepositoryError|GitCommandError|libgit2 error|_pygit2\.GitError)/,
    refine: (groups, view) => {
      const told = view.lines.slice(view.at, view.at + 12).join('\n');
      if (/did not complete in|timed out/i.test(told)) return { groups, failureClass: 'timeout' };
      return /refused|Could not resolve|Failed to connect/i.test(told) ? { groups, subReason: 'network' } : { groups };
    },
  },
  {
    name: 'git-identity',
    because: 'credentials',
    cue: [
      'empty ident name',
      'please tell me who you are',
      'unable to auto-detect email',
      'author identity unknown',
      'returned error: 403',
      'returned error: 401',
    ],
    weight: 95,
    pattern:
      /(?:empty ident name|Please tell me who you are|unable to auto-detect email|Author identity unknown|^fatal: unable to access .{1,300}returned error: 40[13])/,
  },
  {
    name: 'git-overwritten',
    because: 'git',
    cue: 'would be overwritten',
    weight: 92,
    pattern: /^error: .{0,100}would be overwritten by/,
    refine: (groups, view) => ({ groups: { ...groups, file: view.lines[view.at + 1]?.trim() } }),
  },
  {
    name: 'git-conflict',
    because: 'git',
    cue: ['conflict (', 'merge conflict in', 'conflicts: ', 'conflict in '],
    weight: 92,
    pattern:
      /^CONFLICT \([\w/ ]{1,40}\): (?:Merge conflict in (?<file>\S{1,300})|(?<file2>\S{1,300}) (?:deleted|renamed|added|modified) .{0,300}|.{1,300})|^(?:CONFLICTS?|[Cc]onflicts?): (?<file3>[\w@./-]{1,300}\.\w{1,10})(?::content)?$/,
    refine: (groups) => ({ groups: { ...groups, file: groups['file'] ?? groups['file2'] ?? groups['file3'] } }),
  },
  {
    name: 'git-patch',
    because: 'git',
    cue: [
      'patch failed:',
      'patch does not apply',
      'corrupt patch',
      'does not exist in index',
      'already exists in working directory',
      'hunk #',
      'malformed patch',
      'no valid patches',
      'unrecognized input',
    ],
    weight: 92,
    pattern:
      /(?:^error: patch failed: (?<file>[^\s:]{1,300}):(?<line>\d{1,7})|^error: (?<file2>[^\s:]{1,300}): (?:patch does not apply|does not exist in index|already exists in)|^error: (?:corrupt patch at|No valid patches|unrecognized input)|^\d{1,4} out of \d{1,4} hunks? FAILED(?: -- saving rejects to file (?<file3>\S{1,300}?)(?:\.rej)?)?$|Hunk #\d{1,4} FAILED at (?<line2>\d{1,7})|malformed patch at)/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file: groups['file'] ?? groups['file2'] ?? groups['file3'] ?? lookDownFile(view.lines, view.at),
        line: groups['line'] ?? groups['line2'],
      },
    }),
  },
  {
    name: 'git-rejected',
    because: 'git',
    cue: [
      '[rejected]',
      '[remote rejected]',
      'failed to push some refs',
      'pre-receive hook declined',
      'non-fast-forward',
      'protected branch',
      'stale info',
    ],
    weight: 91,
    pattern:
      /(?:! \[(?:remote )?rejected\]|failed to push some refs|pre-receive hook declined|remote: error: GH\d{3}|remote: GitLab: )/,
  },
  {
    name: 'git-large-file',
    because: 'git',
    cue: ['this exceeds github'],
    weight: 92,
    pattern:
      /^remote: error: File (?<file>\S.{0,300}) is [\d.]{1,12} [KMG]B; (?<message>this exceeds GitHub's file size limit.{0,40})/,
    refine: (groups) => ({ groups: { ...groups, code: 'GH001' } }),
  },
  {
    name: 'git-credentials',
    because: 'credentials',
    cue: [
      'authentication failed for',
      'permission denied (publickey',
      'could not read username',
      'could not read password',
      'invalid username or',
      'support for password authentication',
      'repository not found',
      'host key verification failed',
      'permission to ',
      'terminal prompts disabled',
      'access denied',
    ],
    weight: 93,
    pattern:
      /(?:Authentication failed for|Permission denied \(publickey|could not read (?:Username|Password) for|[Ii]nvalid (?:username or (?:password|token)|credentials)|[Rr]epository not found|Host key verification failed|Permission to \S{1,200} denied|terminal prompts disabled|Support for password authentication was removed)/,
  },
  {
    name: 'git',
    because: 'git',
    cue: [
      'fatal: ',
      'error: cannot',
      'error: unable',
      'error: your local',
      'error: pathspec',
      'error: failed to',
      'error: could not',
      'error: object',
      'error: commit',
      'error: src refspec',
      'error: remote',
      'please tell me who you are',
      'nothing to commit',
      'gpg failed',
      'index.lock',
      'not a git repository',
      'dubious ownership',
      'git-lfs',
      'hook declined',
      'error: the following',
      'no changes added',
      'not possible because you have unmerged',
      'needs merge',
      'would be overwritten',
      'smudge filter',
      'batch response',
      'automatic merge failed',
    ],
    weight: 84,
    pattern:
      /(?:^(?:\w{1,40}Error: |[Ee]rror: |ERROR:? |\s{0,4}[Ss]tderr: {0,12}['"|]? ?|\s{9,20}\| )?(?:remote: )?(?:fatal|git: fatal): (?!error:|\[|unable to access '[^']{1,300}': (?:Could not resolve|Failed to connect|Operation too slow|Operation timed out|.{0,60}timed out|The requested URL returned error: 5))(?<message>(?!no input files|opening|cannot open|.{0,30}No such file).{1,300})|^error: (?:cannot lock ref|cannot (?:pull|rebase|spawn|run|stat|update (?:the )?ref)|unable to (?:create|write|unlink|read)|Your local changes|pathspec '|failed to push|could not (?:apply|lock|write|read|fetch)|object file|src refspec|remote (?:origin|unpack)|gpg failed|The following untracked|commit is not|bad signature|index uses|insufficient permission)|Please tell me who you are|^nothing to commit|^no changes added to commit|gpg failed to sign|\.git\/\S{0,100}\.lock': File exists|not a git repository|dubious ownership|Your local changes to the following|smudge filter lfs failed|batch response: |Automatic merge failed)/,
    refine: (groups, view) => {
      const subReason = reasonNear(view);
      const file = /: (?<file>\S.{0,300}): smudge filter lfs failed$/.exec(view.lines[view.at] ?? '')?.groups?.['file'];
      const weight = isGitWord.test(view.lines[view.at] ?? '') ? {} : { weight: 50 };
      return { groups: { ...groups, file }, ...(subReason === null ? {} : { subReason }), ...weight };
    },
  },
  {
    name: 'version-control',
    because: 'git',
    cue: [
      'abort: ',
      'svn: e',
      'unresolved',
      'conflicts during merge',
      'merge conflict',
      'new remote head',
      'working copy',
      'hunk ',
      'patch ',
    ],
    weight: 66,
    pattern:
      /^(?:abort: (?<message>.{3,300})|svn: (?<code>E\d{6}): .{0,300})|\b(?:conflicts during merge|unresolved (?:files?|conflicts?)|files? unresolved|merge conflicts? in|new remote head|not a working copy|[Pp]atch (?:is not applicable|does not apply|failed to apply|could not be applied|cannot be applied)|[Hh]unk #?\d{1,5} .{0,80}(?:failed|FAILED|rejected))\b/,
    refine: (groups, view) => {
      const told = view.lines.slice(view.at, view.at + 3).join('\n');
      return /refused|[Uu]nable to connect|could not resolve|not known/.test(told)
        ? { groups, subReason: 'network' }
        : { groups };
    },
  },
  {
    name: 'git-dirty',
    because: 'git',
    cue: [
      'not clean',
      'be clean',
      'is dirty',
      'uncommitted',
      'committed into git',
      'not yet committed',
      'not been committed',
      'unstaged',
      'untracked',
      'nothing has changed',
      'nothing changed',
      'no changes to commit',
      'nothing to push',
      'push rejected',
      'push was rejected',
      'not a repository',
      'already exists',
      'not on branch',
      'not on the',
      'no upstream',
      'detached head',
      'detached git head',
      'unclean',
      'dirty',
      'or stash',
    ],
    weight: 68,
    pattern:
      /\b(?:(?:[Ww]orking (?:directory|dir|tree|copy)|[Ww]orkspace|[Rr]epository|[Rr]epo|[Ii]ndex|[Tt]ree|[Cc]heckout) (?:is |must be |has to be |should be |needs to be )?(?:not clean|dirty|clean\.?$)|(?:has|have|contains?|are|with) (?:some )?(?:uncommitted|unstaged|untracked) (?:changes|files|modifications)|(?:not yet|not been) committed|^[Nn]othing (?:has )?changed\b|[Nn]o changes to commit|[Nn]othing to push|[Pp]ush (?:was )?rejected(?!, failed to compile)|[Nn]ot a repository|\b[Tt]ag ["'\x60]?v?\d\S{0,60} already exists|[Nn]ot on (?:the )?(?:branch|\S{1,60} branch)|[Nn]o upstream (?:branch )?(?:is )?(?:configured|set|found)|[Dd]etached (?:git )?HEAD|[Uu]nclean working (?:tree|directory|copy)|git is (?:in a )?dirty|[Cc]ommit or stash)/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file:
          lookDown(
            view,
            4,
            (line) =>
              /^[\s│|]{0,6}(?:[MADRU?]{1,2} {1,3})?(?<file>[\w./-]{1,300}\.\w{1,10})\s{0,200}[│|]?$/.exec(line)
                ?.groups?.['file'] ?? null,
          ) ?? undefined,
      },
    }),
  },
  {
    name: 'git-hook',
    because: 'git',
    cue: [
      'hook exited',
      'husky - ',
      'pre-commit hook',
      'pre-push hook',
      'hook declined',
      'commit-msg hook',
      'hook failed',
    ],
    // What the hook found is heavier, in a step of the repository as well.
    weight: 48,
    pattern:
      /(?:husky - \S{1,40} (?:script|hook) (?:failed|exited)|(?:pre-commit|pre-push|commit-msg|prepare-commit-msg) hook (?:exited|failed|declined))/,
  },
]);

// What a transport says before or behind the words of git is their reason.
function reasonNear({ lines, at }: View): string | null {
  const told = lines.slice(Math.max(0, at - 2), at + 3).join('\n');
  if (/[Cc]onnection (?:refused|reset)|[Cc]ould not resolve host|No route to host|unreachable/.test(told))
    return 'network';
  return /\b[Ss]erver error\b|returned error: 5\d\d|\bstatus 5\d\d/.test(told) ? 'service' : null;
}

function lookDownFile(lines: readonly string[], at: number): string | undefined {
  for (let above = at; above >= Math.max(0, at - 12); above -= 1) {
    const found =
      /^(?:Checking patch|patching file|checking file|Applying patch) (?<file>[^\s']{1,300}?)(?:\.{3})?$/.exec(
        lines[above] ?? '',
      )?.groups?.['file'];
    if (found !== undefined) return found;
  }
  return undefined;
}
