import { rulesOf } from '../line-rule.ts';

/** The forge's API. Its limits are its own, and not those of a model. */
export const forgeRules = rulesOf('forge', 'orchestration_error', [
  {
    name: 'forge-credentials',
    because: 'credentials',
    cue: ['gh auth login', 'glab auth login'],
    weight: 93,
    pattern: /(?:gh auth login|glab auth login)/,
  },
  {
    name: 'forge',
    because: 'forge',
    cue: [
      '(http 5',
      '(http 4',
      'api.github.com',
      'docs.github.com',
      'graphql: ',
      'gh: ',
      'pull request create failed',
      'secondary rate limit',
      'resource not accessible by',
      'bad credentials',
      'api rate limit ',
      'octokit',
      'requesterror [httperror]',
      'gitlab',
      'bitbucket',
      'gh auth login',
      'glab',
      'validation failed',
      'a pull request already exists',
      'must have admin rights',
      'merge request',
      'gitea',
      'forgejo',
      '/api/v4/',
      'not mergeable',
      'github api limit',
    ],
    weight: 91,
    pattern:
      /(?:^gh: |\}gh: |\(HTTP [45]\d\d\)$|^GraphQL: |\bpull request create failed|[Aa][Pp][Ii] rate limit (?:exceeded|reached)|GitHub API limit .{0,40}\bis exhausted|secondary rate limit|Resource not accessible by|Bad credentials|HTTP (?:4\d\d|5\d\d): .{0,200}(?:api\.github\.com|\/api\/v[34])|HTTP (?:4\d\d|5\d\d)\b.{0,100}\((?:https?:\/\/)?\S{0,40}(?:github|gitlab)\S{0,200}\)|(?:https?:\/\/)?docs\.github\.com\/(?:rest|graphql)|(?:RequestError \[)?HttpError\]?: |A pull request already exists|gh auth login|Pull Request is not mergeable|Must have admin rights|[Mm]erge request (?:already exists|create failed)|"message": ?"(?:Validation Failed|Not Found|Bad credentials|Resource not accessible[^"]{0,60}|40[13] \w{1,20})"|(?:GET|POST|PUT|PATCH|DELETE) https?:\/\/\S{1,200}: (?:4|5)\d\d\b)/,
  },
]);
