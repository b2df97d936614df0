import { rulesOf, type Groups } from '../line-rule.ts';

/** Forms made for machines that stand on one line: GitHub's and Azure's commands, TeamCity's messages, JUnit's elements. */
export const lineFormatRules = [
  ...rulesOf(null, 'lint_error', [
    {
      name: 'github-annotation',
      cue: ['::error', '::warning', '##[error]'],
      weight: 61,
      pattern:
        /^\s{0,8}::(?<severity>error|warning)(?: (?<properties>[^:]{0,400}(?::(?!:)[^:]{0,200}){0,6}))?::(?<message>.{1,600})/,
      refine: (groups) => {
        const property = (name: string) =>
          new RegExp(`(?:^|,)\\s?${name}=([^,]{1,300})`).exec(groups['properties'] ?? '')?.[1];
        const words = groups['message'] ?? '';
        const code = property('title') ?? /\b(?<code>TS\d{4,5}|[A-Z]{1,4}\d{3,5})\b/.exec(words)?.groups?.['code'];
        const isTyped = /\bTS\d{4,5}\b/.test(words) || /^(?:mypy|tsc|pyright)/i.test(property('title') ?? '');
        const known: Groups = {
          severity: groups['severity'],
          message: words,
          file: property('file'),
          line: property('line'),
          column: property('col'),
          code:
            code !== undefined && /^[\w@./:() -]{1,100}$/.test(code)
              ? (/\((?<rule>[^)]{2,80})\)/.exec(code)?.groups?.['rule'] ?? code)
              : undefined,
        };
        const weight = groups['severity'] === 'warning' ? 40 : known['file'] === undefined ? 20 : 61;
        return isTyped
          ? { groups: known, failureClass: 'compile_error' as const, weight: 80 }
          : { groups: known, weight };
      },
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
      pattern:
        /<error\b(?=[^>]{0,1500}\bline="(?<line>\d{1,7})")(?=[^>]{0,1500}\bseverity="(?<severity>error|warning|info)")(?=[^>]{0,1500}\bmessage="(?<message>[^"]{0,500})")?(?=[^>]{0,1500}\bcolumn="(?<column>\d{1,7})")?(?=[^>]{0,1500}\bsource="(?<code>[^"]{0,120})")?/,
      refine: (groups, view) => {
        const text = view.lines[view.at] ?? '';
        const here = /<file name="(?<file>[^"]{1,300})"/.exec(text)?.groups?.['file'];
        let above = here;
        for (let at = view.at - 1; above === undefined && at >= Math.max(0, view.at - 200); at -= 1)
          above = /<file name="(?<file>[^"]{1,300})"/.exec(view.lines[at] ?? '')?.groups?.['file'];
        return {
          groups: { ...groups, file: above, message: decodeXml(groups['message']) },
          weight: groups['severity'] === 'error' ? 65 : 55,
        };
      },
    },
  ]),
  ...rulesOf(null, 'test_fail', [
    {
      name: 'teamcity',
      cue: '##teamcity[testfailed',
      weight: 75,
      pattern:
        /^##teamcity\[testFailed\b(?=.{0,1500}?\bname='(?<test>(?:[^'|]|\|.){1,300})')(?=.{0,1500}?\bmessage='(?<message>(?:[^'|]|\|.){0,400})')?/,
      refine: (groups) => ({
        groups: { ...groups, test: decodeTeamCity(groups['test']), message: decodeTeamCity(groups['message']) },
      }),
    },
    {
      name: 'teamcity-inspection',
      is: 'lint_error',
      cue: '##teamcity[inspection ',
      weight: 64,
      pattern:
        /^##teamcity\[inspection\b(?=.{0,1500}?\bfile='(?<file>[^']{1,300})')(?=.{0,1500}?\bline='(?<line>\d{1,7})')?(?=.{0,1500}?\btypeId='(?<code>[^']{1,100})')?(?=.{0,1500}?\bmessage='(?<message>(?:[^'|]|\|.){0,400})')?/,
      refine: (groups, view) =>
        /SEVERITY='(?:WARNING|INFO)/.test(view.lines[view.at] ?? '')
          ? { groups: { ...groups, severity: 'warning' }, weight: 45 }
          : { groups },
    },
    {
      name: 'junit-xml',
      cue: ['<failure', '<error'],
      weight: 75,
      pattern: /<(?:failure|error)\b(?:[^>]{0,200}?\bmessage="(?<message>[^"]{0,500})")?/,
      refine: (groups, view) => {
        for (let at = view.at; at >= Math.max(0, view.at - 6); at -= 1) {
          const tag = [...(view.lines[at] ?? '').matchAll(/<testcase\b[^>]{0,1500}/g)].at(-1)?.[0];
          if (tag === undefined) continue;
          const attribute = (name: string) => decodeXml(new RegExp(`\\s${name}="([^"]{0,400})"`).exec(tag)?.[1]);
          return {
            groups: {
              test: attribute('name'),
              file: attribute('file'),
              line: attribute('line'),
              message: decodeXml(groups['message']),
            },
          };
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

function decodeTeamCity(text: string | undefined): string | undefined {
  return text?.replaceAll(/\|([nr])/g, ' ').replaceAll(/\|(['|[\]])/g, '$1');
}
