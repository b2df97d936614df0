import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('a part that a program needs', () => {
  it.each<[name: string, output: string]>([
    ['sequelize', 'Unable to resolve sequelize package in /build/project'],
    ['prettier-plugin-sql', 'Cannot find the prettier-plugin-sql plugin. Please check your settings.'],
    ['@shop/drafts', 'Error: could not load module at import path "@shop/drafts".'],
    ['sphinx_shop', "Failed to import extension from path 'sphinx_shop'"],
    ['left-pad', 'Error: Patch file found for package left-pad which is not present at node_modules/left-pad'],
    ['webapp', 'You don’t seem to have a generator with the name “webapp” installed.'],
    ['sqlfancy', "error: 'sqlfancy' is not a known plugin"],
    ['jsonschema', 'This command requires the `jsonschema` package.'],
    ['graphviz', 'The graphviz executable could not be found'],
    ['protoc-gen-shop', 'error: protoc-gen-shop: program not found or is not executable'],
    ['react-native-fancy', 'Did you forget to install react-native-fancy?'],
    ['pdflatex', 'Make sure that pdflatex is installed and in your PATH.'],
    ['ninja', 'error: ninja is required to build this project but was not found'],
    ['libfoo', 'Nothing provides libfoo >= 2 needed by shop'],
    ['libshop-devel', 'error: Failed build dependencies:\n\tlibshop-devel is needed by shop-1-1.x86_64'],
    ['webshop', 'Project ERROR: Unknown module(s) in QT: webshop'],
    ['liquid-shop', "Error: Cannot find snippet engine 'liquid-shop'. Did you install it?"],
    ['mysql2', 'Unsupported driver: mysql2 (forgotten to install?)'],
    ['shop-ui', 'Package shop-ui@^3 conflicts with shop-core@2'],
    ['react', 'Error: @shop/core is missing the following peer dependency: react'],
    ['Node.js', 'This package requires Node.js 99 or newer'],
    ['go', 'shop needs go 1.99 (running go 1.26)'],
    ['shop', 'ImportError: shop[redis] extra is required for this backend'],
    ['shop', 'error: could not find `shop` in registry `crates-io` with version `=9`'],
    ['shop', "No generator named 'shop' is registered"],
    ['protoshop', 'Error: spawn /build/project/node_modules/protoshop/bin/protoshop ENOENT'],
  ])('is to be installed: %s', (name, output) => {
    expect(classify('compile', output)).toMatchObject({
      failureClass: 'dependency_missing',
      context: { package: name },
    });
  });

  it.each<[output: string]>([
    ['Unable to find the required module'],
    ['Cannot load native module in this context: src/a.ts:3:1 - error: unexpected token'],
    ["error: './plugins/shop.js' is not a known plugin"],
    ['Make sure that everything is installed correctly.'],
  ])('is none where nothing is named, or a file of the project: %s', (output) => {
    expect(classify('compile', output).context.package).toBeNull();
  });

  it('is a lock that was made of another manifest', () => {
    const output = `Pipfile.lock hash '${'0'.repeat(64)}' does not correspond to hash computed based on Pipfile, aborting`;
    expect(classify('install', output).failureClass).toBe('dependency_missing');
  });
});

describe('what is no part', () => {
  it.each<[failureClass: string, stage: Stage, output: string]>([
    ['unknown', 'compile', "Error: I can't find action 'new' for generator 'component'."],
    ['orchestration_error', 'install', '**ERROR** Failed to apply patch for package left-pad at path'],
    ['orchestration_error', 'install', 'error: could not apply the following patch file: patches/a.patch'],
    ['orchestration_error', 'compile', '1 out of 2 hunks FAILED -- saving rejects to file a.c.rej'],
    ['lint_error', 'lint', "These imports appear to be undeclared dependencies:\n- 'yaml'"],
    ['lint_error', 'lint', 'Unused dependencies found: six'],
    ['compile_error', 'install', 'Error: Referenced option does not exist: versions shop'],
    ['unknown', 'lint', '[ERROR] Unable to shorten URL code=ENOTFOUND\n\nFAIL dist/app.js: 19.99KB > 10KB (gzip)'],
  ])('%s: %s: %s', (failureClass, stage, output) => {
    expect(classify(stage, output).failureClass).toBe(failureClass);
  });

  it('is what a log says of an exception, which stands below it', () => {
    const output =
      'INFO: running Ship()\nERROR: [pid 1] Worker failed Ship()\nTraceback (most recent call last):\n  File "/build/venv/lib/python3.11/site-packages/l/worker.py", line 215, in run\n    run()\n  File "/build/project/ship.py", line 6, in run\n    raise ValueError("no lines")\nValueError: no lines\nINFO: done\n';
    expect(classify('compile', output)).toMatchObject({ failureClass: 'unknown', context: { line: 6 } });
  });
});

describe('the rule of a finding', () => {
  it.each<[code: string, output: string]>([
    ['no-loops', 'src/a.x:3:1  no-loops  Loops are not allowed'],
    ['no-loops', 'Loops are not allowed [no-loops] at src/a.x:3'],
    ['no-loops', "Violation of rule 'no-loops' in src/a.x:3"],
    ['no-loops', '× Loops are not allowed\n  ╭─[src/a.x:3:1]\n  ╰─ rule: no-loops'],
    ['no-loops', 'src/a.x\n    [no-loops] line 3: Loops are not allowed'],
    ['SL100', '| src/a.x | 3 | SL100 | Loops are not allowed |'],
    ['SHOP_1', 'Check: SHOP_1: "Loops are not allowed"\n\tFAILED for resource: x\n\tFile: /src/a.x:3-5'],
    ['no_loops', 'Warning: no_loops at src/a.x:3'],
    ['-Wloops', 'src/a.x:3:1: warning: Loops are not allowed -Wloops'],
    ['207', '[207] File modes should always be in quotes\ninit.sls:4\n    - mode: 644\n'],
    ['no-loops', '[no-loops] Loops are not allowed\n  --> src/a.x:4:2\n'],
    ['E002', 'index.html:2:59 E002 Found old classes\nindex.html: W001 `<head>` is missing a charset\n'],
    [
      'bad_argument',
      'Bad argument type for lines (code: bad_argument)\n  Cannot assign it\n\nIn shop/cart.py at line 4\n',
    ],
  ])('%s', (code, output) => {
    expect(classify('lint', output).context.code).toBe(code);
  });
});
