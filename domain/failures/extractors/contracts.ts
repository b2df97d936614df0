import { lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** What compares two versions of a public contract, or consumers with a provider. */
export const contractRules = rulesOf(null, 'contract_violation', [
  {
    name: 'schemas-differ',
    cue: ["don't conform", 'not conform', 'disappeared', 'audit failure'],
    pattern:
      /(?:\b(?:schemas?|contracts?|interfaces?|APIs?|definitions?) (?:don['’]t|do(?:es)? not|doesn['’]t) conform(?! to the (?:JSON|meta))|\bsymbols?\b.{0,40}\b(?:disappeared|were removed|are gone)\b|\[[\w ]{0,30}Audit Failure: ?(?<file>[^\]\s]{1,300})\] (?<message>.{1,300}))/,
  },
  {
    name: 'api-report',
    cue: ['api report', 'ae-', 'api signature', 'public api'],
    pattern:
      /(?:You have changed the (?:public )?API signature|API report file is (?:missing|out of date)|The API (?:report|Extractor report) .{0,80}(?:missing|changed|differ|outdated|not up.to.date)|[Pp]ublic API (?:has changed|surface changed|changes? detected)|API check failed for project|api (?:file|dump).{0,60}(?:differ|not match|outdated|out of date))/i,
    // What is to be replaced is what was recorded.
    refine: (groups, view) => {
      const recorded = /\bcopy (?:the file )?"[^"]{1,300}" to "(?<file>[^"]{1,300})"/.exec(view.lines[view.at] ?? '');
      return { groups: { ...groups, ...recorded?.groups } };
    },
  },
  {
    name: 'buf-breaking',
    cue: [
      'previously present',
      'changed type from',
      'changed name from',
      'changed cardinality',
      'changed label',
      'was deleted',
      'without reserving',
      'changed from "',
      'breaking change',
    ],
    weight: 88,
    pattern:
      /^(?:(?<file>[^\s:]{1,300}\.proto):(?<line>\d{1,7}):(?<column>\d{1,7}):)?(?<message>(?:Previously present .{1,200}|(?:Field|Enum value|RPC|Message|Enum|Service|Method|Oneof|File|Package) ?.{0,200}(?:changed (?:type|name|cardinality|label|from|option|request|response|client|server|default|json).{0,120}|was deleted.{0,80}|deleted without reserving.{0,60})))/,
  },
  {
    name: 'openapi-breaking',
    cue: [
      'breaking change',
      'api-path-removed',
      'request-',
      'response-',
      'not backward',
      'backwards incompatible',
      'backward incompatible',
      'incompatible change',
      'breaking:',
      'major change',
    ],
    pattern:
      /(?:(?<!\b(?:no|0|No|without) )\b(?:[1-9]\d{0,4} )?[Bb]reaking changes?(?:\b.{0,40})?(?:detected|found|found:|:|\()|(?:error|ERROR)\s{1,4}\[(?<code>[a-z][\w-]{3,80})\] (?:at|in) |[Nn]ot backwards? compatible|[Bb]ackwards?[- ]incompatible|[1-9]\d{0,4} breaking changes?|Detected \d{1,4} breaking|[Bb]reaks? backwards? compatibility|\b(?:API|schema|contract) (?:is|are) (?:incompatible|not compatible)|the schema is not compatible|[Ii]ncompatible (?:API |schema )?changes?)/,
    refine: (groups, view) =>
      /\b(?:no|0) (?:breaking|incompatible)|^\s{0,8}(?:npm )?warn/i.test(view.lines[view.at] ?? '')
        ? null
        : { groups: withPlace(groups, lookDown(view, 3, readPlace) ?? lookUp(view, 2, readPlace)) },
  },
  {
    name: 'graphql-breaking',
    cue: ['✖ ', '✖  ', '✘ ', '[breaking]', 'was removed from', 'changed type from', "on type '"],
    weight: 84,
    pattern:
      /^(?:\[\w{1,10}\] )?\s{0,6}(?:✖|✘|×|\[BREAKING\]|- )\s{1,4}(?<message>(?:Field|Type|Argument|Enum value|Input field|Directive|Union member|Interface|Member) .{1,200}(?:was removed|changed type|was added to|removed from|changed from|changed kind).{0,160})/i,
  },
  {
    name: 'graphql-operations',
    cue: ['cannot query field', 'detected ', 'invalid document'],
    weight: 60,
    pattern: /(?:Detected \d{1,5} invalid documents?|(?<message>Cannot query field .{1,200}))/,
    refine: (groups, view) => ({
      groups: withPlace(groups, lookUp(view, 6, readPlace)),
      ...(groups['message'] === undefined ? { weight: 86 } : {}),
    }),
  },
  {
    name: 'semver-checks',
    cue: ['semver requires', 'requires new major', '--- failure', 'semver check', 'requires a major'],
    weight: 88,
    pattern:
      /(?:^--- failure (?<code>\w{1,80}): (?<message>.{1,200}) ---|semver requires new (?:major|minor) version|requires a (?:new )?major version)/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 14, (line) =>
          /previously in file|in file|in \S{1,200}:\d/.test(line) ? readPlace(line) : null,
        ),
      ),
    }),
  },
  {
    name: 'abi',
    cue: [
      'incompatible',
      'binary compatibility',
      'abi ',
      'method_removed',
      'removed functions',
      'apicompat',
      'cp0',
      'method has been removed',
      'java.method',
      'java.class',
      'java.field',
    ],
    pattern:
      /(?:(?:error )?\b(?<code>CP0\d{3}|java\.(?:method|class|field|annotation)\.\w{1,60}|METHOD_REMOVED\w{0,30}|CLASS_REMOVED\w{0,20})\b:? ?(?<message>.{0,300})|[Bb]inary (?:in)?compatib(?:le|ility).{0,60}(?:broken|problem|violat|error|changes|issues)|ABI (?:changes?|is incompatible|check failed|break)|[1-9]\d{0,3} Removed (?:functions?|variables?|symbols?)|The following API problems|breaking the build|There is at least one incompatibility|Failed binary compatibility check)/,
  },
  {
    name: 'public-items',
    cue: [
      'public api',
      '[bc] ',
      'conflict: "',
      '---! ',
      '***! ',
      '===! ',
      'correspondent in',
      'removed function',
      'removed variable',
      'typescript@',
      'was removed',
      'parameter was',
      'public object',
    ],
    weight: 87,
    pattern:
      /(?:(?:Removed|Changed) items (?:from|in) the public API|\[BC\] (?<message>(?:REMOVED|CHANGED|ADDED).{1,300})|^CONFLICT: (?<message2>".{1,300})|(?:---|\*\*\*|===)! {1,3}(?<message3>(?:REMOVED|MODIFIED|CHANGED|NEW) .{1,200})|^(?<message4>.{1,300} does not have a correspondent in (?:current|new|other) version)|[1-9]\d{0,3} Removed (?:functions?|variables?|symbols?)\b|expect {1,4}TypeScript@|(?<message5>(?:Public object|Parameter|Attribute|Return type|Base class|Export) (?:was|were|kind|default|is) ?(?:was )?(?:removed|changed|now required|added as required).{0,200}))/,
    refine: (groups, view) => {
      const told = ['message', 'message2', 'message3', 'message4', 'message5'].map((key) => groups[key]);
      const message = told.find((one) => one !== undefined);
      return { groups: withPlace({ ...groups, message }, readPlace(view.lines[view.at] ?? '')) };
    },
  },
  {
    // What a comparison calls each of its differences
    name: 'named-difference',
    cue: ['[removed', '[added', '[changed', '[parametername', '[invalidnull'],
    weight: 87,
    pattern:
      /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): error: (?<message>.{1,400}) \[(?<code>(?:Removed|Added|Changed|ParameterName|InvalidNull)[A-Z]\w{2,40})\]$/,
  },
  {
    name: 'stub-differs',
    cue: ['runtime', 'stub'],
    weight: 87,
    pattern:
      /^error: (?<message>\S{1,200} (?:is not present in stub|is not present at runtime|is inconsistent, |variable differs from runtime|differs from runtime|is not a type).{0,300})/,
    refine: (groups, view) => {
      const stub = /^Stub:(?: at line (?<line>\d{1,7}))? in file (?<file>.{1,300}?)(?::(?<line2>\d{1,7}))?$/;
      const found = lookDown(view, 3, (line) => stub.exec(line)?.groups ?? null);
      return { groups: { ...groups, file: found?.['file'], line: found?.['line'] ?? found?.['line2'] } };
    },
  },
  {
    name: 'implementation-differs',
    cue: ['in the implementation', 'in the contract'],
    weight: 92,
    pattern:
      /: error : (?<code>[A-Z][A-Za-z]{4,60}) : (?<message>.{1,300}?\bin the (?:implementation|contract)\b.{0,120}?)(?: \[[^\]]{1,300}\])?$/,
  },
  {
    name: 'binary-changes',
    cue: [
      'functions changes summary',
      'sub-type change',
      'has been removed',
      'has been changed',
      'has been renamed to',
    ],
    weight: 87,
    pattern:
      /^Functions changes summary: (?:[1-9]\d{0,5} Removed|\d{1,6} Removed, [1-9]\d{0,5} Changed)|\bhas some (?:indirect )?sub-type changes\b|^(?:Error: )?(?:Function|Struct|Enum|Typedef|Symbol|Constant) has been (?:removed|changed)\b|^(?:Var|Func|Class|Protocol|Constructor|Enum|EnumElement|Struct|Subscript|TypeAlias|Accessor) \S{1,200} has been (?:renamed to|removed)\b/,
    refine: (groups, view) => ({
      groups: withPlace(groups, readPlace(view.lines[view.at] ?? '') ?? lookDown(view, 6, readPlace)),
    }),
  },
  {
    name: 'go-api',
    cue: ['incompatible changes', ': removed', 'incompatible with', 'removed: ', 'changed from'],
    pattern:
      /^\s{0,4}(?:Incompatible changes:|(?:## )?incompatible changes$|- (?<message>[\w.*()]{1,120}: (?:removed|changed from .{1,200})))/,
  },
  {
    name: 'pact',
    cue: ['pact', 'contract', 'has a matching body', 'returns a response which', 'interaction', 'computer says no'],
    pattern:
      /(?:Pact verification failed|[Ff]ailed (?:to verify|interactions:)|returns a response which ?(?:.{0,60}\(FAILED|.{0,10}$)|There were \d{1,4} pact failures|Verif(?:ying|ication) .{0,40}pact.{0,60}fail|[Cc]ontract (?:test |verification |check )?(?:failed|violat|mismatch|broken)|Missing requests:|\bno verified pact\b|can-i-deploy.{0,40}(?:no|fail)|Computer says no)/i,
  },
  {
    name: 'pact-provider',
    cue: 'verifying a pact between ',
    weight: 86,
    pattern: /^Verifying a pact between (?<message>\S.{1,300})$/,
    // A provider that holds what it promised fails nothing.
    refine: (groups, view) =>
      lookDown(view, 400, (line) => (/\(FAILED\b|^\s{1,4}1\.1\) |^1\) Verifying a pact\b/.test(line) ? true : null)) ===
      null
        ? null
        : { groups },
  },
  {
    name: 'dredd',
    cue: 'beginning dredd testing',
    weight: 86,
    pattern: /: Beginning Dredd testing/,
    refine: (groups, view) => {
      const message = lookDown(view, 400, (line) => /^fail: (?<words>.{1,300})/.exec(line)?.groups?.['words'] ?? null);
      return message === null ? null : { groups: { ...groups, message } };
    },
  },
  {
    name: 'schema-registry',
    cue: ['incompatible', 'compatibility', 'reader_field_missing', 'type_mismatch', 'name_mismatch'],
    weight: 86,
    pattern:
      /(?:\b(?<code>READER_FIELD_MISSING_DEFAULT_VALUE|TYPE_MISMATCH|NAME_MISMATCH|MISSING_ENUM_SYMBOLS|MISSING_UNION_BRANCH|FIXED_SIZE_MISMATCH|[A-Z]+_(?:TYPE|PROPERTY)_\w{1,40}(?:CHANGED|REMOVED|NARROWED|ADDED\w{0,40}))\b|[Ss]chema (?:being registered )?is (?:incompatible|not compatible)|SchemaCompatibility|[Ii]ncompatible schema|compatibility (?:check )?(?:failed|violation))/,
  },
  {
    name: 'package-entries',
    cue: [
      'no resolution',
      'masquerading',
      'false cjs',
      'false esm',
      '🎭',
      '💀',
      '👺',
      'but the file does not exist',
      'pkg.',
      'fallback condition',
      'resolution failed',
      'internal resolution',
      'cjs resolves to esm',
      'unexpected module syntax',
      'publint',
    ],
    pattern:
      /(?:💀|🎭|👺|🥴|❗️ ?The|\bNo resolution\b|Masquerading as (?:CJS|ESM)|^\d{1,3}\. (?<message>pkg\.\w.{1,300}|\/?\w.{0,100}is (?:written in|interpreted as).{1,200})|Resolution failed(?! for \d)|Internal resolution error|Unexpected module syntax)/,
  },
  {
    name: 'declared-types',
    cue: ['  expect  '],
    weight: 86,
    pattern: /^ERROR: (?<line>\d{1,7}):(?<column>\d{1,7}) {2}(?<code>expect) {2}(?<message>\S.{1,400})$/,
    refine: (groups, view) => {
      const file = lookUp(
        view,
        20,
        (line) => /^Error: (?<file>\S{1,300}\.[cm]?tsx?):\d/.exec(line)?.groups?.['file'] ?? null,
      );
      return { groups: { ...groups, file: file ?? undefined } };
    },
  },
  {
    name: 'published-types',
    cue: ['✖ ', '× '],
    weight: 82,
    pattern: /^\s{1,4}[✖×]\s{1,4}(?<line>\d{1,7}):(?<column>\d{1,7})\s{1,4}(?<message>\S.{1,400})$/,
    refine: (groups, view) => {
      const file = lookUp(
        view,
        60,
        (line) => /^\s{0,2}(?<file>\S{1,300}\.test-d\.[cm]?tsx?)(?::\d|$)/.exec(line)?.groups?.['file'] ?? null,
      );
      return file === null ? null : { groups: { ...groups, file } };
    },
  },
]);
