import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { locateAider } from '../../activities/aider/aider-program.ts';
import { provideEditor } from '../support/test-editor.ts';

let folder: string;
let python: string;
let starter: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratchet-aider-start-'));
  const found = await locateAider(await provideEditor('aider', folder), '');
  python = found.command;
  [starter = ''] = found.firstArguments;
  script = join(folder, 'script');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a script tells when it is started as Aider's is. */
async function start(lines: string[], pythonArguments: string[] = []): Promise<string> {
  await writeFile(script, lines.join('\n'));
  const given = [...pythonArguments, starter, script, '--model', 'one', '--', 'a b.ts'];
  const { stdout } = await promisify(execFile)(python, given, { cwd: folder });
  return stdout.trim();
}

describe('the start of Aider', () => {
  it('runs the script as Python would: with its arguments, its folder, and as the main module', async () => {
    const told = await start(['import json, sys', 'print(json.dumps([__name__, sys.argv, sys.path[0]]))']);
    expect(JSON.parse(told)).toEqual(['__main__', [script, '--model', 'one', '--', 'a b.ts'], folder]);
  });

  it('ends with the exit code of the script', async () => {
    await expect(start(['import sys', 'sys.exit(7)'])).rejects.toMatchObject({ code: 7 });
  });

  it('needs none of the packages that it makes faster', async () => {
    expect(await start(['print("started")'], ['-S'])).toBe('started');
  });

  it.each([
    ['{"a": 1e3}', { a: 1000 }],
    ['{"a": [1, 2,], /* } */ "b": null, // ,\n}', { a: [1, 2], b: null }],
    [String.raw`{"a": "// no, /* comment */ ,}", "b": "\"//", }`, { a: '// no, /* comment */ ,}', b: '"//' }],
    [`{a: '//"', b: +.5}`, { a: '//"', b: 0.5 }],
  ])('reads of a table what Aider would read: %s', async (table, content) => {
    const told = await start(['import json, json5', `print(json.dumps(json5.loads(${JSON.stringify(table)})))`]);
    expect(JSON.parse(told)).toEqual(content);
  });

  it('reads settings as Aider would, and names the line of what it can not read', async () => {
    const told = await start([
      'import json, yaml',
      'print(json.dumps(yaml.safe_load("- a: yes\\n  b: 1.5")))',
      'try:',
      '    yaml.safe_load("a: 1\\nb: [")',
      'except yaml.YAMLError as error:',
      '    print("line", error.problem_mark.line)',
    ]);
    expect(told.split('\n')).toEqual(['[{"a": true, "b": 1.5}]', 'line 2']);
  });

  it('lets validators be built when they are used, and they say the same', async () => {
    const told = await start([
      'import pydantic',
      'class Answer(pydantic.BaseModel):',
      '    tokens: int',
      'print(Answer.__pydantic_complete__)',
      'print(Answer(tokens="5").tokens)',
      'try:',
      '    Answer(tokens="many")',
      'except pydantic.ValidationError as error:',
      '    print(error.error_count())',
    ]);
    expect(told.split('\n')).toEqual(['False', '5', '1']);
  });
});
