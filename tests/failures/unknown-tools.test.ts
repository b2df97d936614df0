import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('an error that a program did not catch', () => {
  it.each<[kind: string, output: string]>([
    [
      'Ruby',
      "/usr/lib/ruby/3.1.0/socket.rb:12:in `connect': Failed to open TCP connection to 127.0.0.1:9 (Connection refused) (Faraday::ConnectionFailed)\n\tfrom orders.rb:4:in `<main>'\n",
    ],
    [
      'PHP',
      'PHP Fatal error:  Uncaught TransportException: Failed to connect to 127.0.0.1 port 9: Connection refused in /build/project/vendor/x/y.php:56\n',
    ],
    ['Perl', 'Connection refused at fetch.pl line 4.\n'],
    ['Go', 'panic: Get "http://127.0.0.1:9/": dial tcp 127.0.0.1:9: connect: connection refused\n'],
  ])('is of the network where it says so, whatever language threw it: %s', (_kind, output) => {
    expect(classify('apply', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'network' });
  });

  it.each<[file: string, line: number, output: string]>([
    [
      'main.hy',
      4,
      'Traceback (most recent call last):\n  File "/build/project/main.hy", line 4\n    (print (add 1 2))\n                    ^\nhy.PrematureEndOfInput: Premature end of input\n',
    ],
    [
      'templates/a.html',
      3,
      'Traceback (most recent call last):\n  File "/build/project/render.py", line 5, in <module>\n    render()\n  File "templates/a.html", line 3, in template\n    {% endif %}\njinja2.exceptions.TemplateSyntaxError: Encountered unknown tag.\n',
    ],
    [
      'views/a.slim',
      3,
      "/gems/slim/parser.rb:519:in `syntax_error!': Unexpected closing ) (Slim::Parser::SyntaxError)\n  views/a.slim, Line 3, Column 5\n",
    ],
    [
      'templates/a.twig',
      3,
      'PHP Fatal error:  Uncaught Twig\\Error\\SyntaxError: Unexpected token in "templates/a.twig" at line 3. in /build/project/vendor/twig/x.php:75\n',
    ],
  ])('is one of the text that could not be parsed: %s', (file, line, output) => {
    const { failureClass, context } = classify('compile', output);
    expect(failureClass).toBe('compile_error');
    expect(context.file?.endsWith(file)).toBe(true);
    expect(context.line).toBe(line);
  });

  it('is unknown where it says nothing of either', () => {
    const output = "bin/report.rb:2:in `fetch': key not found: :rows (KeyError)\n\tfrom bin/report.rb:2:in `<main>'\n";
    expect(classify('apply', output).failureClass).toBe('unknown');
  });
});

describe('words of repositories', () => {
  it.each([
    "Fatal: Not a gitflow-enabled repo yet. Please run 'git flow init' first.",
    'Fatal: Working tree contains unstaged changes. Aborting.',
    'NotFoundError: Could not find origin/release.',
    "Error: Revision `nonesuch` doesn't exist",
    'lerna ERR! ENOGIT Detached git HEAD, please checkout a branch to publish changes.',
    'SemanticReleaseError: Cannot push to the Git repository.',
    'error Error: Failed to find where HEAD diverged from "main".',
    "Stderr:       | fatal: '/srv/service.git' does not appear to be a git repository",
  ])('are git, where a change is applied or published: %s', (output) => {
    for (const stage of ['apply', 'publish'] as const)
      expect(classify(stage, output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'git' });
  });

  it.each<[stage: Stage, output: string]>([
    ['test', 'Error: Branch coverage does not exist for src/a.js'],
    ['compile', 'src/a.c:3:5: error: reference not found: total'],
    [
      'apply',
      'Traceback (most recent call last):\n  File "/build/project/run.py", line 2, in <module>\n    rows[0]\nIndexError: list index out of range',
    ],
  ])('decide nothing in another step, or of a program: %s %s', (stage, output) => {
    expect(classify(stage, output).failureClass).not.toBe('orchestration_error');
  });

  it('are the forge where a pull request is made', () => {
    const output = 'Error: could not create PR from shop to main: pull request already exists';
    expect(classify('pr', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'forge' });
  });

  it('are no reason where what was to be published was not built', () => {
    const output = "ERROR    InvalidDistribution: Cannot find file (or expand pattern): 'dist/*'";
    expect(classify('publish', output, { tool: 'twine' }).failureClass).toBe('unknown');
  });
});

describe('a limit of a provider', () => {
  it.each([
    "RateLimitError: Error code: 429 - {'message': 'Tokens per day limit exceeded - too many tokens processed.'}",
    'ResponseError: you have reached your weekly usage limit, upgrade for higher limits',
    "ERROR: You've hit your usage limit. Upgrade or try again in 3 days.",
    'usage limit reached|1767261600',
    '[API Error: You have exhausted your daily quota on this model.]',
  ])('of a time passes: %s', (output) => {
    expect(classify('llm', output)).toMatchObject({ failureClass: 'budget_exceeded', subReason: 'rate_limited' });
  });

  it.each([
    'You have reached your specified API usage limits.',
    "Error code: 402 - {'message': 'Insufficient Balance'}",
  ])('of money does not: %s', (output) => {
    expect(classify('llm', output)).toMatchObject({ failureClass: 'budget_exceeded', subReason: 'money_out' });
  });
});

describe('what is not there', () => {
  it.each<[name: string, output: string]>([
    ['nonesuch', 'Error: nonesuch chart not found in repo https://registry.example.org/charts'],
    [
      'acme.nonesuch',
      '[WARNING]: - sorry, acme.nonesuch was not found on https://registry.example.org.\nERROR! - finish processing the list.',
    ],
    ['nonesuch', 'error    could not solve\n    └─ nonesuch does not exist (perhaps a typo or a missing channel).'],
    ['nonesuch', '  × failed to solve\n  ╰─▶ No candidates were found for nonesuch *.'],
    ['Nonesuch', "-> Unable to retrieve package versions for 'Nonesuch'"],
    [
      'nonesuch',
      'tool ERROR nonesuch not found in tool registry\ntool ERROR Run with --verbose or TOOL_VERBOSE=1 for more',
    ],
    ['nonesuch', "error: selector 'nonesuch' matches no derivations"],
  ])('is named: %s', (name, output) => {
    expect(classify('install', output)).toMatchObject({
      failureClass: 'dependency_missing',
      context: { package: name },
    });
  });

  it('is a package where a folder stands before the header, and else a file of the project', () => {
    const asked = (header: string) => classify('compile', `src/main.c:1: error: include file '${header}' not found\n`);
    expect(asked('hiredis/hiredis.h')).toMatchObject({
      failureClass: 'dependency_missing',
      context: { file: 'src/main.c', line: 1, package: 'hiredis/hiredis.h' },
    });
    expect(asked('cart.h').failureClass).toBe('compile_error');
  });

  it('is no package where a kind of thing is told, and not its name', () => {
    const { failureClass, context } = classify('compile', 'rtl/top.v:2: error: Unknown module type: counter\n');
    expect(failureClass).toBe('compile_error');
    expect(context).toMatchObject({ file: 'rtl/top.v', line: 2, package: null });
  });

  it.each([
    'NX   Cannot find configuration for task shop:deploy',
    'Error: No targets found that match "deploy"',
    'package.json:5:15 Script not found: "buildd"',
    '  × Target shop:deploy does not exist in the project graph.',
    'Error while collecting sessions: Sessions not found: deploy',
    'Unknown goal: tst',
  ])('is unknown where it is a task: %s', (output) => {
    for (const stage of ['compile', 'test'] as const) expect(classify(stage, output).failureClass).toBe('unknown');
  });
});

describe('a list of names and values', () => {
  const output = 'Build Error: Element is missing end tag.\nfile: /build/project/pages/a.vue:5:3\n';

  it('is what the step makes of it', () => {
    expect(classify('compile', output)).toMatchObject({ failureClass: 'compile_error', context: { line: 5 } });
    expect(classify('lint', output)).toMatchObject({ failureClass: 'lint_error', context: { line: 5 } });
  });
});

describe('a client that says in which of its own lines it gave up', () => {
  it('names no place of the project', () => {
    const output =
      '[sender] io timeout after 2 seconds -- exiting\nrsync error: timeout in data send/receive (code 30) at io.c(248) [sender=3.5.0]\n';
    expect(classify('publish', output)).toMatchObject({ failureClass: 'timeout', context: { file: null, line: null } });
  });
});

describe('errors that caused one another', () => {
  it('are read though they are numbered like lines of a source', () => {
    const output =
      'Caused by:\n    0: failed to read .shoprc for input file\n    1: failed to deserialize .shoprc (json) file: unmatched data\nFailed to compile 1 file.\nError: Failed to compile:\nsrc/a.ts\n';
    expect(classify('compile', output)).toMatchObject({ failureClass: 'compile_error', context: { file: '.shoprc' } });
  });
});
