import javascript from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Two blocks of a flat config that set the same rule replace each other, so a second `no-restricted-imports` would
 * silently lift the first. Each restriction of this house is therefore a rule of its own: a block that lifts one can
 * not touch another. `tests/architecture/lint-rules.test.ts` plants a violation of each.
 *
 * @param {string} message what to do instead
 * @param {string[]} selectors
 * @returns {import('eslint').Rule.RuleModule}
 */
function forbid(message, selectors) {
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) =>
      Object.fromEntries(
        selectors.map((selector) => [
          selector,
          (/** @type {import('eslint').Rule.Node} */ node) => context.report({ node, message }),
        ]),
      ),
  };
}

/**
 * Selectors for every way of loading one of the modules. Types alone may be imported: they are gone at run time.
 *
 * @param {string} modules regular expression of the whole specifier
 */
function loads(modules) {
  return [
    `ImportDeclaration[importKind!="type"][source.value=/^(?:${modules})$/]`,
    `ExportNamedDeclaration[exportKind!="type"][source.value=/^(?:${modules})$/]`,
    `ExportAllDeclaration[exportKind!="type"][source.value=/^(?:${modules})$/]`,
    `ImportExpression[source.value=/^(?:${modules})$/]`,
    `CallExpression[callee.name="require"][arguments.0.value=/^(?:${modules})$/]`,
    `CallExpression[callee.property.name="getBuiltinModule"][arguments.0.value=/^(?:${modules})$/]`,
  ];
}

const workflowModules = String.raw`(?:\.{1,2}\/.*|@temporalio\/(?:workflow|common))`;

/** @type {import('eslint').Rule.RuleModule} */
const explainedDisable = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/^\s*eslint-disable/.test(comment.value) || / -- \S{2}/.test(comment.value) || !comment.loc) continue;
        context.report({ loc: comment.loc, message: 'Say why after ` -- `: an exception carries its reason.' });
      }
    },
  }),
};

const house = {
  rules: {
    'explained-disable': explainedDisable,
    'no-default-export': forbid('Export it by name, so that it has one name everywhere.', [
      'ExportDefaultDeclaration',
      'ExportSpecifier[exported.name="default"]',
    ]),
    'no-barrel': forbid('Export things from the file that defines them, and import them from there.', [
      'ExportAllDeclaration',
      String.raw`ExportNamedDeclaration[source.value=/^\./]`,
    ]),
    'no-process-env': forbid('Take the setting as an argument; platform/config.ts reads the environment.', [
      'MemberExpression[object.name="process"]:matches([property.name="env"], [property.value="env"])',
      'MemberExpression[object.property.name="process"][property.name="env"]',
      'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
      'ImportDeclaration[source.value=/^(?:node:)?process$/] > ImportSpecifier[imported.name="env"]',
    ]),
    'no-child-process': forbid(
      'Start programs through activities/git, activities/aider, activities/sandbox or tools: they guard, limit and end them.',
      loads('(?:node:)?(?:child_process|cluster)'),
    ),
    'no-prisma-client': forbid('Use openDatabase of prisma/client.ts: it sets the time limits.', [
      'NewExpression[callee.name="PrismaClient"]',
      'NewExpression[callee.property.name="PrismaClient"]',
    ]),
    'workflow-imports': forbid(
      'A workflow imports the domain, other workflows, types of activities, @temporalio/workflow and @temporalio/common.',
      [
        `ImportDeclaration[source.value!=/^${workflowModules}$/]`,
        `ExportNamedDeclaration[source][source.value!=/^${workflowModules}$/]`,
        `ExportAllDeclaration[source.value!=/^${workflowModules}$/]`,
        'ImportExpression',
      ],
    ),
  },
};

const nodeGlobals = Object.fromEntries(
  [
    ...['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams'],
    ...['clearInterval', 'clearTimeout', 'console', 'fetch', 'performance', 'process', 'setImmediate', 'setInterval'],
    ...['setTimeout', 'structuredClone'],
  ].map((name) => [name, 'readonly']),
);

/** @type {import('eslint').Linter.RulesRecord} */
const size = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: false }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: false }],
  'max-params': ['error', 3],
  complexity: ['error', 12],
};

const houseRules = Object.fromEntries(Object.keys(house.rules).map((name) => [`house/${name}`, 'error']));

export default defineConfig([
  globalIgnores(['prisma/generated/', 'examples/', '.ratchet/', 'coverage/']),
  {
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { house, '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parser: tseslint.parser,
      globals: nodeGlobals,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      ...javascript.configs.recommended.rules,
      ...size,
      ...houseRules,
      eqeqeq: 'error',
      'no-console': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
    },
  },
  { files: ['**/*.ts'], extends: [tseslint.configs.strictTypeChecked] },
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // `import { type X }` leaves an import behind at run time; the import rules would not see it as a type.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // An implementation of an asynchronous interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  { ignores: ['workflows/**'], rules: { 'house/workflow-imports': 'off' } },
  {
    // The two barrels that Temporal needs: one entry of the workflow bundle, one of the activities.
    files: ['workflows/index.ts', 'activities/index.ts'],
    rules: { 'house/no-barrel': 'off' },
  },
  { files: ['platform/config.ts', 'tools/environment.mjs'], rules: { 'house/no-process-env': 'off' } },
  { files: ['prisma/client.ts'], rules: { 'house/no-prisma-client': 'off' } },
  {
    files: ['activities/git/**', 'activities/aider/**', 'activities/sandbox/**', 'tools/**', 'tests/**'],
    rules: { 'house/no-child-process': 'off' },
  },
  {
    files: ['*.config.ts', '*.config.mjs', '*.workspace.ts'],
    rules: { 'house/no-default-export': 'off' },
  },
  {
    // A describe block is a list of tests, not a function; what a loopback server answers is any until it is asserted.
    files: ['tests/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
]);
