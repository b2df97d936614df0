/**
 * Who may import whom. A type import is no dependency at run time, and only workflows make use of the difference:
 * they may know the types of activities, never their code.
 *
 * dependency-cruiser reads TypeScript through the compiler's API, which TypeScript 7 has not: it would then see no
 * `.ts` file and report nothing. `tests/architecture/import-rules.test.ts` proves that it sees them.
 */
const topFolders = [
  'domain',
  'platform',
  'prisma',
  'workflows',
  'activities',
  'worker',
  'api',
  'cli',
  'web',
  'tools',
  'scripts',
  'tests',
];

/** @param {string[]} folders */
const inside = (folders) => `^(?:${folders.join('|')})/`;

const contract = '^workflows/contract[.]ts$';
/** What starts a child process so that it ends with its parent, and what looks for programs; tools need both early. */
const guardOfProcesses = '^tools/(?:guarded-process|process-launcher|find-program)[.]mjs$';
const production = topFolders.filter((folder) => !['scripts', 'tests'].includes(folder));

/**
 * A rule for one row of the import table: of this repository's folders only those named, beside the folder itself.
 *
 * @param {string} folder
 * @param {string[]} allowed
 * @param {string[]} allowedFiles regular expressions
 * @returns {import('dependency-cruiser').IForbiddenRuleType}
 */
function onlyImports(folder, allowed, allowedFiles = []) {
  const others = topFolders.filter((other) => other !== folder && !allowed.includes(other));
  return {
    name: `${folder}-imports`,
    comment: `${folder} may import ${allowed.length > 0 ? allowed.join(', ') : 'itself only'}.`,
    severity: 'error',
    from: { path: inside([folder]) },
    to: { path: inside(others), pathNot: allowedFiles },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'Rules without I/O: nothing outside domain, not even a Node built-in.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: '^domain/' },
    },
    onlyImports('platform', ['domain']),
    onlyImports('prisma', ['domain', 'platform']),
    {
      name: 'workflows-imports',
      comment: 'What a workflow imports is part of its replay and runs in a sandbox without Node.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^(?:domain|workflows|activities)/', '^(?:node_modules/)?@temporalio/(?:workflow|common)(?:/|$)'],
      },
    },
    {
      name: 'workflows-know-types-of-activities',
      comment: 'The code of an activity in the workflow bundle would bring I/O into the replay.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    onlyImports('activities', ['domain', 'platform', 'prisma'], [contract, guardOfProcesses]),
    {
      name: 'activities-start-processes-in-three-places',
      comment: 'Child processes are started in activities/git, activities/aider and activities/sandbox alone.',
      severity: 'error',
      from: { path: '^activities/', pathNot: '^activities/(?:git|aider|sandbox)/' },
      to: { path: guardOfProcesses },
    },
    onlyImports('worker', ['domain', 'platform', 'prisma', 'activities'], [contract]),
    onlyImports('api', ['domain', 'platform', 'prisma'], [contract]),
    onlyImports('cli', ['tools'], ['^domain/failures/']),
    {
      name: 'cli-knows-failures-in-one-command',
      comment: 'A command talks to the API; only `classify` works without it.',
      severity: 'error',
      from: { path: '^cli/', pathNot: '^cli/commands/classify[.]ts$' },
      to: { path: '^domain/' },
    },
    onlyImports('web', []),
    {
      name: 'tools-need-nothing-installed',
      comment: 'They run before the dependencies are there.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { pathNot: '^tools/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'scripts-imports',
      comment: 'The code of a workflow runs in its sandbox only; a script that needs one starts it by name.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: '^workflows/', pathNot: contract },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one thing, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports it and it imports nothing: it is not used.',
      severity: 'error',
      from: { orphan: true, pathNot: ['^(?:tests|scripts)/', '[.]d[.]ts$'] },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'The file or package is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-development-packages',
      comment: 'It is missing where only the dependencies are installed.',
      severity: 'error',
      from: { path: inside(production) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^prisma/generated/'] },
    exclude: { path: ['^examples/', '^[.]ratchet/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    // "specify" keeps imports of types and marks them, so that a rule can tell them apart.
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};

export default configuration;
