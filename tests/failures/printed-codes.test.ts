import { describe, expect, it } from 'vitest';

import type { Stage } from '../../domain/failures/step-output.ts';
import { classify } from './classify.ts';

describe('the name of a rule', () => {
  it.each<[code: string, output: string]>([
    ['no-tabs', 'src/a.x:3: tabs are not allowed -- no-tabs'],
    ['no-tabs', 'src/a.x:3:1: no-tabs tabs are not allowed'],
    ['no-tabs', 'src/a.x(3): no-tabs: tabs are not allowed'],
    ['no-tabs', 'error(no-tabs): tabs are not allowed\n  --> src/a.x:3:1'],
    ['no-tabs', '✖ no-tabs  Tabs are not allowed  src/a.x:3:1'],
    ['no-tabs', 'src/a.x:3:1: tabs are not allowed <no-tabs>'],
    ['no-tabs', '[no-tabs] tabs are not allowed (src/a.x:3)'],
    ['no-tabs', 'src/a.x\n  5    Tabs are not allowed             no-tabs\n  9    Wrong indentation    indentation'],
    ['missing-where', 'queries/a.sql:1 [sql-check: missing-where] DELETE statement missing WHERE clause.'],
    [
      'indent_style',
      'src/a.js\n    02:01 ❌ invalid indent style\n          (Config indent_style         https://example.org/x)',
    ],
    ['NoTabs', 'NoTabs: src/a.x:3:1 tabs are not allowed'],
    ['InvalidArgument', 'ERROR: InvalidArgument - src/a.x:12:14 - Argument 1 expects int'],
    ['style.no-tabs', 'src/a.x:3:1: style.no-tabs: tabs are not allowed'],
    ['@scope/no-tabs', 'src/a.x:3:1: error @scope/no-tabs: tabs are not allowed'],
    ['X123', 'src/a.x|3|X123|tabs are not allowed'],
    [
      'GHSA-jf85-cpcp-j695',
      'lodash  <4.17.12\nhttps://example.org/GHSA-jf85-cpcp-j695\n1 critical vulnerability found',
    ],
  ])('is read wherever it stands: %s in %s', (code, output) => {
    expect(classify('lint', output)).toMatchObject({ failureClass: 'lint_error', context: { code } });
  });

  it.each([
    'src/a.x:3:1: tabs found in read-only section',
    'src/a.x:3: see the file src/lib/a.js',
    'src/a.x:3:1: ParseError: unexpected token',
  ])('is no file, no word and no exception: %s', (output) => {
    expect(classify('lint', output).context.code).toBeNull();
  });
});

describe('the code of an answer', () => {
  it.each<[code: string, output: string]>([
    [
      'invalid_request_error',
      'BadRequestException: 400: {error={type=invalid_request_error, message=Your credit balance is too low}}',
    ],
    ['DeploymentNotFound', "HTTP 404 {\n  code: 'DeploymentNotFound',\n  message: 'The deployment does not exist.'\n}"],
    ['invalid_api_key', 'Incorrect API key provided (type: invalid_request_error, code: invalid_api_key)'],
    [
      'context_length_exceeded',
      'ApiError { message: "maximum context length is 8192 tokens", type: Some("x"), code: Some(String("context_length_exceeded")) }',
    ],
    ['API_KEY_INVALID', 'API key not valid. [{"@type":"x","reason":"API_KEY_INVALID"}]'],
    [
      'AccessDeniedException',
      'An error occurred (AccessDeniedException) when calling the InvokeModel operation: no access',
    ],
  ])('of a provider is found however its client prints it: %s', (code, output) => {
    expect(classify('llm', output).context.code).toBe(code);
  });

  it.each<[code: string, stage: Stage, output: string]>([
    ['ENOREMOTEBRANCH', 'push', "tool ERR! ENOREMOTEBRANCH Branch 'main' doesn't exist in remote 'origin'."],
    ['28P01', 'install', 'error: password authentication failed for user "shop"\n    at x {\n  code: \'28P01\'\n}'],
    ['ORA-12541', 'install', 'Error: ORA-12541: TNS:no listener'],
    ['NETWORK_ERROR', 'install', 'Code: 210. Connection refused (127.0.0.1:9). (NETWORK_ERROR)'],
    ['NoSuchBucket', 'push', 'An error occurred (NoSuchBucket) when calling the PutObject operation: no bucket'],
  ])('of others too: %s', (code, stage, output) => {
    expect(classify(stage, output)).toMatchObject({ failureClass: 'orchestration_error', context: { code } });
  });
});

describe('what the client of a forge threw', () => {
  it.each([
    'Traceback (most recent call last):\n  File "/build/project/open.py", line 6, in <module>\n    open()\nrequests.exceptions.HTTPError: Only one pull request may be open for a given source and target branch',
    'Exception in thread "main" org.x.HttpException: API rate limit reached\n\tat org.x.Client.send(Client.java:464)',
    'Traceback (most recent call last):\n  File "/build/project/open.py", line 6, in <module>\n    open()\nshop.rest.ApiException: (404)',
  ])('is of the forge in the step of a pull request', (output) => {
    expect(classify('pr', output)).toMatchObject({ failureClass: 'orchestration_error', subReason: 'forge' });
  });

  it('is of no class in another step', () => {
    const output =
      'Traceback (most recent call last):\n  File "/build/project/a.py", line 6, in <module>\n    a()\nshop.ApiException: (404)';
    expect(classify('compile', output).failureClass).toBe('unknown');
  });
});
