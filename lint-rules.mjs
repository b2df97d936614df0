/**
 * Two blocks of a flat config that set the same rule replace each other, so a second `no-restricted-imports` would
 * silently lift the first. Each restriction of this house is therefore a rule of its own: a block that lifts one can
 * not touch another. `tests/architecture/lint-rules.test.ts` plants a violation of each.
 *
 * @param {string} message what to do instead
 * @param {string[]} selectors
 * @returns {import('@oxlint/plugins').Rule}
 */
function forbid(message, selectors) {
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) =>
      Object.fromEntries(
        selectors.map((selector) => [
          selector,
          (/** @type {import('@oxlint/plugins').ESTree.Node} */ node) => context.report({ node, message }),
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

/** @type {import('@oxlint/plugins').Rule} */
const explainedDisable = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    Program: () => {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/^\s*(?:eslint|oxlint)-disable/.test(comment.value) || / -- \S{2}/.test(comment.value)) continue;
        context.report({ loc: comment.loc, message: 'Say why after ` -- `: an exception carries its reason.' });
      }
    },
  }),
};

/** The rules of this house for oxlint; `tests/architecture/lint-rules.test.ts` plants a violation of each. */
export default {
  meta: { name: 'house' },
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
