import { expect, it } from 'vitest';

import { classify } from './classify.ts';

type Expected = [file: string, line: number, code: string | null];

it.each<[what: string, expected: Expected, report: unknown]>([
  [
    'names with underscores',
    ['cart.sql', 3, 'L010'],
    [{ filepath: 'cart.sql', violations: [{ line_no: 3, line_pos: 8, code: 'L010', description: 'Not upper case.' }] }],
  ],
  [
    'names with capitals',
    ['cart.go', 9, 'typecheck'],
    { Issues: [{ FromLinter: 'typecheck', Text: 'undeclared', Pos: { Filename: 'cart.go', Line: 9, Column: 2 } }] },
  ],
  [
    'a file as the name of its list',
    ['docs/cart.md', 5, 'shop.Hedging'],
    { 'docs/cart.md': [{ Check: 'shop.Hedging', Message: 'Hedged.', Line: 5, Severity: 'error' }] },
  ],
  [
    'a file as the name of an object of lists',
    ['src/cart.groovy', 7, 'NoCart'],
    { files: { 'src/cart.groovy': { errors: [{ line: 7, rule: 'NoCart', severity: 'error', msg: 'No cart.' }] } } },
  ],
  [
    'where it begins and ends, behind what passed',
    ['/main.tf', 22, 'CKV_SHOP_61'],
    {
      results: {
        passed_checks: [
          { check_id: 'CKV_SHOP_1', check_name: 'Fine', file_path: '/other.tf', file_line_range: [1, 2] },
        ],
        failed_checks: [
          { check_id: 'CKV_SHOP_61', check_name: 'Bad', file_path: '/main.tf', file_line_range: [22, 30] },
        ],
      },
    },
  ],
  [
    'a summary and a range',
    ['main.tf', 91, null],
    {
      valid: false,
      diagnostics: [
        { severity: 'error', summary: 'Bad cart', range: { filename: 'main.tf', start: { line: 91, column: 3 } } },
      ],
    },
  ],
  [
    'lines with a beginning',
    ['play.yml', 6, 'shop[cart]'],
    [
      {
        type: 'issue',
        check_name: 'shop[cart]',
        code: 'shop[cart]',
        description: 'Bad.',
        location: { path: 'play.yml', lines: { begin: 6 } },
      },
    ],
  ],
  [
    'a cause beside a target',
    ['main.tf', 12, 'SHOP-0089'],
    {
      Results: [
        {
          Target: 'main.tf',
          Misconfigurations: [{ AVDID: 'SHOP-0089', Message: 'Open.', CauseMetadata: { StartLine: 12 } }],
        },
      ],
    },
  ],
])('a report in JSON with %s', (_what, [file, line, code], report) => {
  const { failureClass, context } = classify('lint', JSON.stringify(report, null, 2));
  expect(failureClass).toBe('lint_error');
  expect(context).toMatchObject({ file, line, code });
});
