import tseslint from 'typescript-eslint';

export default tseslint.config({ ignores: ['node_modules/'] }, ...tseslint.configs.strict, {
  files: ['**/*.ts'],
  rules: { eqeqeq: 'error', 'prefer-const': 'error' },
});
