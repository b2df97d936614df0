import { rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';

/** What a repository is made of. */
const part = String.raw`(?:[Bb]ranch|[Tt]ag|[Rr]ef(?:erence|spec)?|[Rr]emote|[Rr]evision|[Cc]ommit|[Ss]ubmodule|[Ww]orktree|[Bb]ookmark|[Cc]hangeset)`;
const named = String.raw`(?:["'\x60]?[\w./@{}~^-]{1,120}["'\x60]? )?`;
const absent = String.raw`(?:(?:was |is )?not (?:found|exist)|(?:does not|doesn['’]t) exist|(?:could not|cannot|can['’]t) be (?:found|resolved)|already exists|(?:is |has )(?:been )?(?:ambiguous|protected|diverged|deleted)|is (?:behind|ahead|checked out|not fully merged|not merged|not pushed|out of date))`;
const unable = String.raw`(?:[Cc]ould not|[Cc]annot|[Cc]an['’]t|[Uu]nable to|[Ff]ailed to|[Rr]efusing to)`;
const act = String.raw`(?:find|resolve|read|locate|lock|update|delete|create|checkout|check out|push(?: to)?|pull|fetch|merge|rebase|switch(?: to)?)`;

/** Sentences of programs that work on a repository and are not git itself. Elsewhere they may be about anything. */
export const gitWordRules = rulesOf(null, 'orchestration_error', [
  {
    name: 'git-words',
    because: 'git',
    cue: [
      'branch',
      'tag',
      'ref',
      'remote',
      'revision',
      'commit',
      'submodule',
      'worktree',
      'bookmark',
      'changeset',
      'head',
      'repo',
    ],
    weight: 58,
    pattern: new RegExp(
      String.raw`(?:\b${part} ${named}${absent}\b|\b${unable} ${act} (?:the |a |any |local |remote )?${part}\b|\b${unable} [\w ]{0,40}\bHEAD\b|\b${unable} (?:push|pull|fetch|clone|commit|write|read)(?: to| from)? (?:the |your )?(?:\w{1,12} )?(?:repo(?:sitory)?|remote)\b|\b(?:[Nn]o such|[Uu]nknown|[Bb]ad|[Ii]nvalid|[Mm]issing) (?:git )?${part}\b|\b[Nn]o (?:git )?remotes? (?:found|configured|named|set)\b|\b[Nn]o (?:new )?commits? (?:between|found|since|to)\b)`,
    ),
    refine: ofRepository,
  },
  {
    name: 'git-words',
    because: 'git',
    cue: ['origin/', 'upstream/'],
    weight: 58,
    pattern: new RegExp(String.raw`\b${unable} ${act} ["'\x60]?(?:origin|upstream)\/[\w./-]{1,100}`),
    refine: ofRepository,
  },
  {
    name: 'git-words',
    because: 'git',
    cue: [
      'repo',
      'unstaged',
      'uncommitted',
      'fast-forward',
      'fast forward',
      'unmerged',
      'rebase',
      'merge',
      'diverged',
      'dirty',
      'unclean',
      'not clean',
      'conflict',
      'apply',
      'patch',
      'detached',
      'index.lock',
    ],
    weight: 58,
    pattern:
      /\b(?:[Nn]ot an? [\w-]{1,30}[- ]?(?:enabled |initiali[sz]ed )?repo(?:sitory)?\b|[Nn]ot (?:inside|in) an? (?:\w{1,12} )?(?:git )?repo(?:sitory)?\b|[Nn]o (?:git )?repo(?:sitory)? (?:found|here)|(?:[Cc]ould not|[Cc]annot|[Uu]nable to) find (?:an? |the )?(?:git )?repo(?:sitory)?\b|(?:[Cc]ould not|[Cc]annot|[Uu]nable to|[Ff]ailed to) apply (?:the |this )?(?:patch|hunk|stash|commit)|\b[Pp]atch (?:does not apply|failed)|[Rr]epo(?:sitory)? (?:not found|does not exist|is (?:empty|bare|shallow|locked))|(?:contains?|has|have) (?:unstaged|uncommitted|staged) changes|[Uu]ncommitted changes (?:detected|found|present|exist|in)\b|\b(?:[Dd]irty|[Uu]nclean) (?:git )?(?:working )?(?:tree|directory|copy|state)\b|\b[Ww]orking (?:tree|directory|copy) (?:is )?(?:not clean|dirty|unclean)|\b[Cc]onflicts? prevents? \w|[Nn]on-fast-forward|[Nn]ot (?:a )?(?:simple )?fast[- ]forward|(?:[Rr]ebase|[Mm]erge|[Cc]herry-pick) (?:is )?(?:already )?in progress|\bHEAD is detached|\bindex\.lock\b.{0,20}\bexists\b|[Uu]nmerged (?:files|paths|changes)|\b[Mm]erge (?:conflicts?|failed)\b|have diverged)/,
    refine: ofRepository,
  },
  {
    // Whoever applies it, in whatever step: a patch of another state of the file.
    name: 'patch-refused',
    because: 'git',
    cue: ['patch', 'hunk'],
    weight: 60,
    pattern:
      /\b(?:[Ff]ailed to|[Cc]ould not|[Cc]ouldn['’]t|[Cc]annot|[Cc]an['’]t|[Uu]nable to) apply (?:(?:the|this|following) ){0,2}patch(?:es|file)?\b|\b[Pp]atch (?:\S{1,120} )?(?:does not apply|(?:failed to|could not be|cannot be|can['’]t be|did not) (?:apply|applied))|\b[1-9]\d{0,4} (?:out of \d{1,4} )?hunks? (?:FAILED|failed|rejected)\b/,
    refine: (groups, view) => {
      const file = /^(?:error: )?(?<file>[^\s:]{1,300}): patch does not apply$/.exec(view.lines[view.at] ?? '')?.groups;
      return ofRepository({ ...groups, ...file }, view);
    },
  },
  {
    name: 'forge-words',
    because: 'forge',
    cue: [
      'pull request',
      'merge request',
      ' pr ',
      'pr:',
      'reviewer',
      'assignee',
      'label',
      'milestone',
      'project',
      'repository',
      'api error',
      'scope',
      'privilege',
      'reference already',
    ],
    weight: 62,
    pattern:
      /\b(?:(?:[Pp]ull|[Mm]erge) [Rr]equests?\b.{0,80}\b(?:already exists?|not found|does not exist|is (?:closed|locked|not mergeable|draft)|could not|cannot|failed|no commits)|(?:could not|cannot|can['’]t|unable to|failed to|error) (?:create|creating|open|opening|merge|merging|update|find) (?:the |a |an )?(?:PR\b|(?:pull|merge) request)|(?:[Rr]eviewer|[Aa]ssignee|[Ll]abel|[Mm]ilestone|[Pp]roject|[Rr]epository)s?\b.{0,60}\b(?:not found|invalid|does not exist|could not be|do not have access)|\binsufficient[_ ]scope|\b(?:credentials|token) lacks?\b|\b[Rr]eference already exists\b|\b\w{2,20} API error\b)/,
    refine: ofRepository,
  },
]);

// A place of the source, or a frame, is about a program.
function ofRepository(groups: Groups, { lines, at }: View): Reading | null {
  const line = lines[at] ?? '';
  return /^\s{2,20}(?:at |from |File )|\.\w{1,4}:\d{1,7}:|\bcoverage\b/.test(line)
    ? null
    : { groups: { ...groups, message: line.trim() } };
}
