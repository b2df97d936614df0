import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('a reporter, a formatter or a plugin that is not there', () => {
  it.each<[name: string, stage: Stage, output: string]>([
    [
      'eslint-formatter-tap',
      'lint',
      'The tap formatter is no longer part of core. Install it manually with `npm install -D eslint-formatter-tap`',
    ],
    ['shop-junit-reporter', 'test', '✖ ERROR: Error: invalid or unsupported reporter: "shop-junit-reporter"'],
    ['jest-junit', 'test', '● Validation Error:\n\n  Reporter jest-junit in the reporters option was not found.'],
    ['jest-junit', 'test', 'Could not resolve a module for a custom reporter.\n  Module name: jest-junit'],
    ['junit', 'test', 'ERROR [reporter]: Can not load "junit", it is not registered!\n  Perhaps a plugin is missing?'],
    ['sonar-reporter', 'test', 'Error: Failed to load custom Reporter from sonar-reporter'],
    ['JunitFormatter', 'test', "Formatter 'JunitFormatter' unknown - maybe you meant 'documentation' or 'progress'?."],
    ['shop-format', 'lint', 'Formatter plugin `shop-format` could not be found. Did you install it?'],
  ])('is to be installed: %s', (name, stage, output) => {
    expect(classify(stage, output)).toMatchObject({ failureClass: 'dependency_missing', context: { package: name } });
  });

  it('is no package where it is a file of the project', () => {
    const { failureClass } = classify('test', 'Error: Failed to load custom Reporter from ./tools/reporter.js', {
      tool: 'vitest',
    });
    expect(failureClass).not.toBe('dependency_missing');
  });
});

describe('warnings', () => {
  const warning = 'src/Raw.java:6: warning: [unchecked] unchecked call to add(E)\n';

  it('of a compiler are its errors where it says that they fail it, in any step', () => {
    const output = `${warning}error: warnings found and -Werror specified\n1 error\n1 warning\n`;
    const context = { file: 'src/Raw.java', line: 6, code: 'unchecked' };
    for (const stage of ['compile', 'lint', 'test'] as const)
      expect(classify(stage, output)).toMatchObject({ failureClass: 'compile_error', context });
  });

  it('are named by the option that asked for them', () => {
    const output = "src/a.c:2:7: error: unused variable 'x' [-Werror,-Wunused-variable]\n1 error generated.\n";
    expect(classify('compile', output).context.code).toBe('-Wunused-variable');
  });
});

describe('the file that is blamed', () => {
  it.each(['/home/builder/.shoprc', '/Users/builder/.config/shop.toml', '~/.shoprc.json', '/home/builder/.cache/a.js'])(
    'is never a dot-file of a home folder: %s',
    (file) => {
      const output = `Warning: the settings at "${file}" could not be read.\n\nmain.tf\n--- old/main.tf\n+++ new/main.tf\n@@ -1 +1 @@\n-type=string\n+type = string\n`;
      expect(classify('lint', output, { tool: 'terraform' })).toMatchObject({
        failureClass: 'lint_error',
        context: { file: 'main.tf' },
      });
    },
  );

  it('is the recorded one where a new one is to take its place', () => {
    const output =
      'Warning: You have changed the API signature for this project. Please copy the file "temp/a.api.md" to "etc/a.api.md".';
    expect(classify('contract', output).context.file).toBe('etc/a.api.md');
  });

  it('is that of the first test which asked for what is missing', () => {
    const output =
      "  1) tests/page.spec.js:3:1 › opens ──────\n\n    Error: browserType.launch: Executable doesn't exist at /opt/browsers/chromium-1/chrome\n";
    expect(classify('test', output)).toMatchObject({
      failureClass: 'dependency_missing',
      context: { file: 'tests/page.spec.js', line: 3, package: 'chromium' },
    });
  });
});

describe('the excerpt of a report in one long line', () => {
  const entry = (line: number, severity: number) => ({
    ruleId: `shop-rule-${line}`,
    severity,
    message: `Something is wrong here, and this is place number ${line}.`,
    line,
    column: 3,
  });
  const clean = Array.from({ length: 80 }, (_value, at) => ({ filePath: `/build/project/src/${at}.js`, messages: [] }));
  const failing = { filePath: '/build/project/src/f.js', messages: [entry(1, 1), entry(2, 2), entry(3, 2)] };

  it('tells its errors, wherever they stand in it', () => {
    const { context } = classify('lint', JSON.stringify([...clean, failing]));
    expect(context).toMatchObject({ file: '/build/project/src/f.js', line: 2, code: 'shop-rule-2' });
    expect(context.excerpt).toBe(
      [2, 3].map((line) => `/build/project/src/f.js:${line}:3 shop-rule-${line} ${entry(line, 2).message}`).join('\n'),
    );
  });

  it('holds no secret, and stays short', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const entries = Array.from({ length: 60 }, (_value, at) => ({ ...entry(at, 2), message: `${secret} `.repeat(8) }));
    const { context } = classify('lint', JSON.stringify([...clean, { ...failing, messages: entries }]));
    expect(context.excerpt).not.toContain(secret);
    expect(context.excerpt.length).toBeLessThan(2_000);
  });
});
