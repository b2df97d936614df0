import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('the place and the rule of a finding, in a step of linters', () => {
  it.each<[place: string, code: string | null, output: string]>([
    [
      'src/Cart.php:12',
      'argument.type',
      ' ------ ------------\n  Line   src/Cart.php\n ------ ------------\n  12     Parameter #1 expects int, string given.\n         🪪  argument.type\n',
    ],
    ['src/cart.py:7', 'TRY002', 'Found 2 violations\n[TRY002] Create your own exception - src/cart.py:7:8\n'],
    [
      'a.html:3',
      'html_has_lang',
      'a.html\n3:0\tThe `<html>` tag should have a `lang` attribute.\thtml_has_lang\n\n1 error reported\n',
    ],
    ['src/a.js:3', null, 'src/a.js:\n\t3: Wrong indentation type\n\t9: Trailing whitespace\n\n2 errors found\n'],
    [
      'main.tf:4',
      'invalid_type',
      '1 issue(s) found:\n\nError: "t1" is an invalid value (invalid_type)\n\n  on main.tf line 4:\n   4:   type = "t1"\n',
    ],
    [
      'site.yml:3',
      'name[missing]',
      'name[missing]: All tasks should be named.\nsite.yml:3 Task/Handler: shell echo hi\n',
    ],
    [
      'deploy.yaml',
      'no-read-only-fs',
      'deploy.yaml: (object: apps/v1) container has no read-only file system (check: no-read-only-fs, remediation: set it)\n\nError: found 1 lint errors\n',
    ],
    [
      'lib/cart.rb:5',
      'UtilityFunction',
      "lib/cart.rb -- 2 warnings:\n  [5]:UtilityFunction: Cart#total doesn't depend on state\n",
    ],
    ['views/a.haml:2', 'LineLength', 'views/a.haml:2 [W] LineLength: Line is too long. [93/80]\n'],
    [
      'src/a.lua:5',
      'undefined_variable',
      'warning[unused_variable]: x is never used\n\n   ┌─ src/a.lua:3:7\n\nerror[undefined_variable]: `foo` is not defined\n\n   ┌─ src/a.lua:5:1\n',
    ],
    [
      'default.nix:3',
      'W04',
      '[W04] Warning: Assignment instead of inherit from\n   ╭─[default.nix:3:3]\n   │\n 3 │   x = a.x;\n',
    ],
    [
      'rtl/top.v:5',
      'WIDTH',
      '%Warning-WIDTH: rtl/top.v:5:10: Operator expects 8 bits.\n%Error: Exiting due to 1 warning(s)\n',
    ],
    [
      'src/Cart.java:3',
      'UnusedLocalVariable',
      "src/Cart.java:3:\tUnusedLocalVariable:\tAvoid unused local variables such as 'x'.\n",
    ],
    ['src/a.styl:3', 'colons', 'src/a.styl\n3:2  colons  warning  unnecessary colon found\n'],
    ['a.feature:3', 'indentation', 'a.feature\n  3    Wrong indentation, expected 2, but got 4    indentation\n'],
    [
      'src/a.coffee:3',
      null,
      '  ✗ src/a.coffee\n     ✗ #3: Line exceeds maximum allowed length.\n\n✗ Lint! » 1 error\n',
    ],
    ['.env:2', 'LowercaseKey', '.env:2 LowercaseKey: The foo key should be in uppercase\n\nFound 1 problem\n'],
    ['page.html:5', null, '"file:/build/project/page.html":5.6-5.9: error: Stray end tag “b”.\n'],
    ['src/cart.py:10', null, '      31     16    180      2      33 total@10-42@src/cart.py\n1 file analyzed.\n'],
    ['po/sv.po', 'invalid-date', "E: po/sv.po: invalid-date POT-Creation-Date: '2026-13-01'\n"],
    ['./Cargo.toml', null, 'Found the following unused dependencies:\nshop -- ./Cargo.toml:\n\tserde\n'],
    ['BUILD', null, 'BUILD # reformat\n'],
    ['README.md', null, 'Issues found in 1 input.\n\n[README.md]:\n[404] https://example.org/missing | Not Found\n'],
    ['cart.py', null, 'Reordering imports in cart.py\n'],
    [
      'docs/a.rst',
      null,
      '--- docs/a.rst\n+++ docs/a.rst\n@@ -1,2 +1,2 @@\n-Title\n+Titel\n1 file would be reformatted\n',
    ],
  ])('are those of %s %s', (place, code, output) => {
    const { failureClass, context } = classify('lint', output);
    expect(failureClass).toBe('lint_error');
    const [file = '', line] = place.split(':');
    expect(`/${context.file ?? ''}`.endsWith(`/${file}`)).toBe(true);
    expect(context).toMatchObject({ line: line === undefined ? null : Number(line), code });
  });

  it('is the first of those that weigh the same, whatever its words', () => {
    const output = "src/cart.py:1:1: 'os' imported but unused\nsrc/cart.py:5:16: undefined name 'price'\n";
    expect(classify('lint', output).context).toMatchObject({ file: 'src/cart.py', line: 1 });
  });
});

describe('marks that runners of tests print too', () => {
  const findings = [
    "[FAIL] core/a.py:1: Cannot use 'web.view'. Module 'core' cannot depend on 'web'.\n",
    '   2x left\n      ✘ 1.0.0 → 2.0.0 in p/a/package.json at .dependencies (DiffersToHighest)\n✗ Issues found\n',
    '✗ 1 circular dependency found\n\n 1) src/a.js -> src/b.js -> src/a.js\n',
  ];

  it.each(findings)('are findings where linters run: %s', (output) => {
    const { failureClass, context } = classify('lint', output);
    expect(failureClass).toBe('lint_error');
    expect(context.testNames).toEqual([]);
  });

  it('are no tests either where something is published, installed or built', () => {
    const output =
      '  ❯ Git\n    ✖ Check local working tree\n      → Unclean working tree. Commit or stash changes first.\n';
    expect(classify('publish', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'git' });
    for (const stage of ['install', 'compile', 'push', 'pr'] as const satisfies readonly Stage[])
      expect(classify(stage, output).failureClass).not.toBe('test_fail');
  });

  it('are tests in any step where a runner sums them up', () => {
    const output = '✗ adds the prices\n    expected 4, got 3\n\nTests: 1 failed, 3 passed\n';
    expect(classify('test', output).failureClass).toBe('test_fail');
    expect(classify('lint', output).failureClass).toBe('test_fail');
  });

  it('do not make a runner of a tool whose name has the word in it', () => {
    const output = 'tests/cart.py does not match pattern `.*_test\\.py`\n';
    expect(classify('lint', output, { tool: 'name-tests-test' })).toMatchObject({
      failureClass: 'lint_error',
      context: { file: 'tests/cart.py' },
    });
  });
});
