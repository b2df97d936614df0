import { rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { decidePackage, nameOf } from './general-packages.ts';
import { packageName } from './package-name.ts';

const name = packageName();
const quoted = String.raw`["'\x60‘“](?<package>@?[A-Za-z][\w@./+-]{0,100})["'\x60’”]`;
/** What a program has further parts from. */
const part = String.raw`(?:packages?|modules?|librar(?:y|ies)|plug-?ins?|gems?|extensions?|drivers?|adapters?|themes?|presets?|dependenc(?:y|ies)|providers?|back-?ends?|engines?|loaders?|generators?|connectors?|processors?|renderers?|add-?ons?|dialects?|distributions?|crates?)`;
const program = String.raw`(?:executables?|binar(?:y|ies)|programs?|commands?|compilers?|interpreters?|tools?|utilit(?:y|ies))`;
const unable = String.raw`(?:[Cc]annot|[Cc]an['’]t|[Cc]an not|[Cc]ould not|[Cc]ouldn['’]t|[Uu]nable to|[Ff]ailed to)`;
const seek = '(?:resolve|find|load|locate|import|require)';
const present = '(?:present|installed|available|found|there)';
const gone = String.raw`(?:(?:was|is|could|can)(?: not|n['’]t) (?:be )?(?:found|installed|available|located|run|executed|started)|not (?:found|installed|available)|is missing)`;
const number = String.raw`[~^]?v?\d[\w.*-]{0,30}`;
const begin = String.raw`^\s{0,8}(?:\[?(?:[Ee]rror|ERROR|[Ff]atal|FATAL|E)\]?:? |\w{0,40}(?:Error|Exception): |[✗✘✖×❌⨯!] ?)?`;

/** Sentences of which the name is the middle: each with a word that stands in every match. */
const sentences: readonly (readonly [cues: string | readonly string[], pattern: string])[] = [
  // `Unable to resolve sequelize package in /build`, `Cannot find the prettier-plugin-sql plugin`
  [
    ['resolve ', 'find ', 'load ', 'locate ', 'import ', 'require '],
    String.raw`\b${unable} ${seek} (?:the )?${name} ${part}(?:$|[\s.,;:])(?! ?["'\x60‘“])`,
  ],
  // `could not load module at import path "x"`, `Failed to import extension from path 'x'`
  [
    ['resolve ', 'find ', 'load ', 'locate ', 'import ', 'require '],
    String.raw`\b${unable} ${seek} (?:\w{1,12} ){0,2}${part} (?:at|from|in|by|with|under)(?: the)?(?: import| module)? (?:path|name|id|identifier|specifier):? ${quoted}`,
  ],
  // `Patch file found for package left-pad which is not present at node_modules/left-pad`
  [
    [' not ', "n't ", 'n’t '],
    String.raw`\b(?:${part}|${program}) ${name},? (?:which|that) (?:is|was|are)(?: not|n['’]t) (?:currently |yet )?${present}\b`,
  ],
  // `You don't seem to have a generator with the name “webapp” installed`
  [
    'installed',
    String.raw`\b(?:don['’]t|do not|does not|doesn['’]t) (?:seem to |appear to )?have (?:an? |the |any )?(?:\w{1,20} ){0,2}(?:with the name |named |called )?${quoted} installed\b`,
  ],
  // `'sqlfancy' is not a known plugin`
  [
    ' is not a',
    String.raw`${quoted} is not an? (?:known|registered|installed|available|loaded|recogni[sz]ed) (?:\w{1,20} )?${part}\b`,
  ],
  // `This command requires the \`jsonschema\` package`
  [
    ['require', 'need'],
    String.raw`\b(?:requires?|needs?) (?:the |an? )?${quoted} (?:\w{1,12} )?(?:${part}|${program})(?:$|[\s.,;:)])`,
  ],
  // `The graphviz executable could not be found`, `protoc-gen-shop: program not found`
  [
    ['executable', 'binar', 'program', 'command', 'compiler', 'interpreter', 'tool', 'utilit'],
    String.raw`${begin}(?:The |No )?${name}:? ${program} ${gone}`,
  ],
  // `Did you forget to install react-native-fancy?`
  [
    ['install'],
    String.raw`\b(?:[Dd]id you (?:forget to install|install|add)|[Hh]ave you installed|[Ff]orgot to install) (?:the )?${name}(?: package| module| library| plug-?in)?\?`,
  ],
  // `Make sure that pdflatex is installed and in your PATH`
  [
    ['installed', 'path'],
    String.raw`\b(?:[Mm]ake sure|[Ee]nsure|[Cc]heck|[Vv]erify)(?: that)?(?: the)? ${name}(?: ${program}| ${part})? (?:is|are) (?:correctly |properly )?(?:installed|available (?:in|on) |(?:in|on) (?:your |the )?\$?PATH)`,
  ],
  // `ninja is required to build this project but was not found`
  [
    ' but ',
    String.raw`${begin}${name} is (?:required|needed)\b.{0,80}\bbut (?:it )?(?:is |was |could )?not? ?(?:be )?(?:found|installed|available)?\b`,
  ],
  // `Nothing provides libfoo >= 2 needed by shop`, `package libbar is needed by shop-1`
  ['nothing provides', String.raw`\b[Nn]othing provides (?:the )?(?:requested )?${name}(?:$|[\s,;(])`],
  [' is needed by', String.raw`^\s{1,8}${name}(?: (?:[<>]=?|=) \S{1,40})? is needed by \S`],
  // `Unknown module(s) in QT: webshop`
  [
    '(s)',
    String.raw`\b(?:[Uu]nknown|[Mm]issing|[Uu]nresolved) (?:module|package|plugin|librar(?:y|ie)|dependenc(?:y|ie))\(s\)(?: in \w{1,20})?: ${name}(?:$|[\s,;(])`,
  ],
  // `Cannot find snippet engine 'liquid-shop'. Did you install it?`
  [
    ['install it', 'installed it', 'be installed', 'is it installed'],
    String.raw`\b${unable} ${seek} (?:\w{1,20} ){0,3}${quoted}.{0,60}\b(?:[Dd]id you install it|[Hh]ave you installed it|[Ii]s it installed)`,
  ],
  // `Unsupported driver: mysql2 (forgotten to install?)`
  [
    'install',
    String.raw`\b(?:[Uu]nsupported|[Uu]nknown|[Ii]nvalid) (?:\w{1,20} )?${part}:? ${name} ?[(.,;] ?.{0,30}\binstall`,
  ],
  // `Package shop-ui@^3 conflicts with shop-core@2`
  ['conflicts with', String.raw`\b(?:[Pp]ackage )?${name}(?:@| |==)${number} conflicts with\b`],
  // `@shop/core is missing the following peer dependency: react`
  [
    'missing',
    String.raw`\b(?:is )?missing (?:the |a |an )?(?:following |required |optional )?(?:peer )?dependenc(?:y|ies): ${name}(?:@|$|[\s,;(])`,
  ],
  // `This package requires Node.js 99 or newer`, `shop needs go 1.99 (running go 1.26)`
  [
    ['requires ', 'needs '],
    String.raw`\b(?:requires|needs) (?:at least )?${name}(?: version)? (?:>=? ?)?${number}(?: or (?:newer|later|higher|above|greater)\b| ?\+| ?[,(;] ?(?:but |you |we )?(?:are |is |have )?(?:running|found|got|using|have|installed)\b)`,
  ],
  // `shop[redis] extra is required for this backend`
  [' is required', String.raw`${begin}(?:The )?${name}(?:\[[\w,-]{1,40}\])? (?:extras?|${part}) (?:is|are) required\b`],
  // `spawn /build/node_modules/shop/bin/shop ENOENT`: what its installation should have fetched
  [
    'enoent',
    String.raw`\bspawn (?:\S{0,200}\/)?node_modules\/(?<package>(?:@[\w.-]{1,60}\/)?[A-Za-z][\w.-]{0,80})\/\S{1,200} ENOENT`,
  ],
  // `could not find \`shop\` in registry`
  ['registry', String.raw`\b${unable} find ${quoted} in (?:the )?(?:\w{1,12} )?registry\b`],
  // `No generator named 'shop' is registered`
  [
    ['named', 'called'],
    String.raw`\b[Nn]o (?:\w{1,20} )?${part} (?:named|called) ${name} (?:is|was|has been|could be) (?:registered|found|installed|known|loaded)`,
  ],
];

/** Words that stand before what is told of: of which kind it is, and no name. */
const adjective =
  /^(?:native|required|requested|following|given|specified|external|default|custom|local|peer|dev|main|internal|node|python|config|plugin|source|input|test|parent|base|shared|dynamic|matching|suitable|entry|root|workspace|optional|missing|other|another|one|more|additional|necessary|correct|specific|corresponding|such|its|their|our|my|both|each|every|built-in|new|old|it|them|they|everything|you|we|all|dependencies|js|es|css|type|file|name|no|this|that|the|an?)$/i;

/** How programs say that a part of theirs, or a program that they start, is not there. */
export const neededPartRules = rulesOf(
  null,
  'dependency_missing',
  sentences.map(([cue, pattern]) => ({
    name: 'package-not-found',
    cue,
    weight: 67,
    pattern: new RegExp(pattern),
    refine: decidePart,
  })),
);

function decidePart(groups: Groups, view: View): Reading | null {
  const found = nameOf(groups);
  if (found === undefined || adjective.test(found)) return null;
  const reading = decidePackage(groups, view);
  // A word of a sentence is no file of the project.
  return reading?.failureClass === undefined ? reading : null;
}
