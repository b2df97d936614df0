import { lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Forms made for machines that stand on one line: GitHub's and Azure's commands, TeamCity's messages, JUnit's elements. */
export const lineFormatRules = [
  ...rulesOf(null, 'lint_error', [
    {
      name: 'github-annotation',
      cue: ['::error', '::warning', '##[error]'],
      weight: 61,
      pattern:
        /^\s{0,8}::(?<severity>error|warning)(?: (?<properties>[^:]{0,400}(?::(?!:)[^:]{0,200}){0,6}))?::(?<message>.{1,600})/,
      refine: decideAnnotation,
    },
    {
      name: 'azure-annotation',
      cue: '##vso[task.logissue',
      weight: 61,
      pattern:
        /^##vso\[task\.logissue type=(?<severity>error|warning);?(?:sourcepath=(?<file>[^;\]]{1,300});?)?(?:linenumber=(?<line>\d{1,7});?)?(?:columnnumber=(?<column>\d{1,7});?)?(?:code=(?<code>[^;\]]{1,80});?)?\](?<message>.{0,500})/,
    },
    {
      name: 'checkstyle-xml',
      cue: ['<error '],
      weight: 65,
      pattern: /<error\b[^>]{0,300}?\sline="(?<line>\d{1,7})"/,
      refine: decideCheckstyle,
    },
  ]),
  ...rulesOf(null, 'test_fail', [
    {
      name: 'teamcity',
      cue: '##teamcity[testfailed',
      weight: 75,
      pattern: /^##teamcity\[testFailed\b/,
      refine: (_groups, view) => {
        const line = view.lines[view.at] ?? '';
        const place = readPlace(teamCityAttribute(line, 'details') ?? '');
        const known = { test: teamCityAttribute(line, 'name'), message: teamCityAttribute(line, 'message') };
        return { groups: withPlace(known, place) };
      },
    },
    {
      name: 'teamcity-inspection',
      is: 'lint_error',
      cue: '##teamcity[inspection ',
      weight: 64,
      pattern: /^##teamcity\[inspection\b/,
      refine: (_groups, view) => {
        const line = view.lines[view.at] ?? '';
        const attribute = (name: string) => teamCityAttribute(line, name);
        const known = {
          file: attribute('file'),
          line: attribute('line'),
          code: attribute('typeId'),
          message: attribute('message'),
        };
        const isMild = /SEVERITY='(?:WARNING|INFO)/.test(line);
        return isMild ? { groups: { ...known, severity: 'warning' }, weight: 45 } : { groups: known };
      },
    },
    {
      name: 'junit-xml',
      cue: ['<failure', '<error'],
      weight: 75,
      pattern:
        /<(?:failure|error)\b(?:[^>]{0,200}?\bmessage="(?<message>[^"]{0,500})")?(?:[^>]{0,200}>(?<text>[^<]{1,300}))?/,
      refine: (groups, view) => {
        for (let at = view.at; at >= Math.max(0, view.at - 6); at -= 1) {
          const tag = [...(view.lines[at] ?? '').matchAll(/<testcase\b[^>]{0,1500}/g)].at(-1)?.[0];
          if (tag === undefined) continue;
          const attribute = (name: string) => decodeXml(new RegExp(`\\s${name}="([^"]{0,400})"`).exec(tag)?.[1]);
          return { groups: caseOf(attribute, decodeXml(groups['message'] ?? groups['text']), view) };
        }
        return null;
      },
    },
    {
      name: 'go-json',
      cue: '"action":"fail"',
      weight: 75,
      pattern: /^\{(?=.{0,600}"Action":"fail")(?=.{0,1200}"Test":"(?<test>[^"]{1,300})")/,
    },
    {
      name: 'go-json-place',
      cue: '_test.go:',
      weight: 60,
      pattern:
        /^\{.{0,300}"Action":"output".{0,300}"Test":"(?<of>[^"]{1,300})".{0,60}"Output":"\s{4,}(?<file>[\w./-]{1,200}_test\.go):(?<line>\d{1,7}):/,
      refine: ({ of: _of, ...groups }) => ({ groups }),
    },
  ]),
];

function decodeXml(text: string | undefined): string | undefined {
  return text
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll(/&#(?:10|xA|39);/g, ' ')
    .replaceAll('&amp;', '&');
}

// Linters write a file as the case, and its line into the words.
function caseOf(attribute: (name: string) => string | undefined, message: string | undefined, view: View): Groups {
  const name = attribute('name');
  const words = message ?? view.lines[view.at + 1] ?? '';
  const known = { test: name, file: attribute('file'), line: attribute('line'), message };
  if (known.file !== undefined || name === undefined) return known;
  if (!/^[\w@./\\-]{1,300}\.\w{1,10}$/.test(name)) return withPlace(known, readPlace(words));
  const told = /^(?:line )?(?<line>\d{1,7})(?:[:,](?<column>\d{1,7}))?\b/i.exec(words)?.groups ?? {};
  const code = /[[(](?<code>[a-z][\w-]{1,40}[/-][\w/-]{1,60})[\])]/.exec(words)?.groups?.['code'];
  return { ...known, file: name, ...told, code };
}

function teamCityAttribute(line: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}='((?:[^'|]|\\|.){0,400})'`).exec(line)?.[1];
  return value?.replaceAll(/\|([nr])/g, ' ').replaceAll(/\|(['|[\]])/g, '$1');
}

function xmlAttribute(text: string, name: string): string | undefined {
  return decodeXml(new RegExp(`\\s${name}="([^"]{0,500})"`).exec(text)?.[1]);
}

function decideCheckstyle(_groups: Groups, view: View): Reading {
  const line = view.lines[view.at] ?? '';
  const named = (text: string) => /<file name="(?<file>[^"]{1,300})"/.exec(text)?.groups?.['file'] ?? null;
  const attribute = (name: string) => xmlAttribute(line, name);
  const known: Groups = {
    file: named(line) ?? lookUp(view, 200, named) ?? undefined,
    line: attribute('line'),
    column: attribute('column'),
    code: attribute('source'),
    message: attribute('message'),
    severity: attribute('severity'),
  };
  return { groups: known, weight: known['severity'] === 'error' ? 65 : 55 };
}

function decideAnnotation(groups: Groups): Reading {
  const properties = groups['properties'] ?? '';
  const property = (name: string) => new RegExp(`(?:^|,)\\s?${name}=([^,]{1,300})`).exec(properties)?.[1];
  const message = groups['message'] ?? '';
  const file = property('file');
  const known: Groups = {
    severity: groups['severity'],
    message,
    file,
    line: property('line'),
    column: property('col') ?? property('column'),
    code: annotationCode(property('title'), message),
  };
  if (/\bTS\d{4,5}\b/.test(message) || /^(?:mypy|tsc|pyright)/i.test(property('title') ?? '')) {
    return { groups: known, failureClass: 'compile_error', weight: 80 };
  }
  return { groups: known, weight: groups['severity'] === 'warning' ? 40 : file === undefined ? 20 : 61 };
}

// A title is a rule, a tool with a rule in brackets, or words.
function annotationCode(title: string | undefined, message: string): string | undefined {
  const isToolName = title === undefined || /^[a-z]{2,20}$/.test(title);
  const first = codeIn(/^(?<code>[A-Z]{1,6}-?\d{2,5})\b/, message);
  if (isToolName && first !== undefined) return first;
  const code = title ?? codeIn(/\b(?<code>TS\d{4,5}|[A-Z]{1,4}\d{3,5})\b/, message) ?? '';
  if (!/^[\w@./:() -]{1,100}$/.test(code)) return undefined;
  return codeIn(/\((?<code>[^)]{2,80})\)/, code) ?? code;
}

function codeIn(form: RegExp, words: string): string | undefined {
  return form.exec(words)?.groups?.['code'];
}
