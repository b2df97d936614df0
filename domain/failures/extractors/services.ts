import { rulesOf } from '../line-rule.ts';

/** Services that the step needs: containers, databases, clouds. */
export const servicesRules = rulesOf(null, 'orchestration_error', [
  {
    name: 'service-docker',
    because: 'service',
    cue: [
      'docker daemon',
      'source metadata',
      'docker.sock',
      'podman',
      'containerd',
      'pull access denied',
      'manifest unknown',
      'docker: error',
      'error response from daemon',
      'could not find a valid docker environment',
    ],
    weight: 82,
    pattern:
      /(?:Cannot connect to the Docker daemon|docker\.sock|Error response from daemon|pull access denied|failed to resolve source metadata|pull access|manifest (?:unknown|for \S{1,200} not found)|Could not find a valid Docker environment|Cannot connect to Podman)/,
    // What it could not do may be the machine's: a port that is in use.
    refine: (groups, view) => (/already (?:in use|allocated)\b/.test(view.lines[view.at] ?? '') ? null : { groups }),
  },
  {
    name: 'service-database',
    because: 'service',
    cue: [
      'p1001',
      'could not connect to server',
      "can't connect to",
      "can't reach database",
      'the database system is',
      'password authentication failed',
      'connection to server',
      'mongoserverselectionerror',
      'access denied for user',
      'database "',
      'role "',
      'communications link failure',
      'operationalerror',
      'kafka',
      'redis',
      'connection to the server',
      'error 200',
      'ora-12',
      'cannot connect to',
      'amqp',
      'no pg_hba',
      'p1000',
      'p1003',
      'broker may not be available',
    ],
    weight: 62,
    pattern:
      /(?:\b(?<code>P100[0-3]): ?|connection to server (?:at|on) .{1,200}failed|[Cc]ould not connect to (?:Redis|MongoDB|MySQL|RabbitMQ|Kafka|Elasticsearch)|[Cc]annot connect to (?:the )?(?:broker|database|cluster)|ERROR 200[23]|\bORA-12\d{3}\b|RedisConnection|Redis::CannotConnect|could not connect to server|Can't (?:reach database|connect to (?:local )?(?:MySQL|MariaDB|server))|the database system is (?:starting|shutting)|password authentication failed for|connection to server at .{1,100} failed|MongoServerSelectionError|Access denied for user|FATAL: {1,2}(?:database|role) "|[Cc]ommunications link failure|Broker may not be available|no pg_hba\.conf entry)/,
    // One that did not answer in time is a timeout, which others see.
    refine: (groups, view) => (/\btime(?:d[ -]?|-?)out\b/i.test(view.lines[view.at] ?? '') ? null : { groups }),
  },
  {
    name: 'service-answer',
    because: 'service',
    cue: 'an error occurred (',
    weight: 63,
    // The clients of one cloud name the error and the call.
    pattern: /\bAn error occurred \((?<code>[A-Z]\w{3,60}|\d{3})\) when calling the \w{3,60} operation\b/,
    refine: (groups) => {
      const { code = '' } = groups;
      const isDenied =
        /Denied|Unauthorized|Expired|Invalid(?:Access|Client|Signature|Token)|Forbidden|SignatureDoes/.test(code);
      return { groups: /^\d/.test(code) ? {} : groups, ...(isDenied ? { subReason: 'credentials' } : {}) };
    },
  },
  {
    name: 'service-locked',
    because: 'service',
    cue: ['acquir', 'obtain'],
    weight: 61,
    pattern:
      /\b(?:[Ee]rror|[Cc]ould not|[Uu]nable to|[Ff]ailed to|[Cc]annot) (?:acquir\w{1,3}|obtain\w{0,3}) (?:an? |the )?(?:\w{1,20} )?(?:lock|lease)\b/,
  },
  {
    name: 'service-cloud',
    because: 'credentials',
    cue: [
      'no credential',
      'unable to locate credentials',
      'expiredtoken',
      'accessdenied',
      'access denied',
      'not authorized to perform',
      'token has expired',
      'invalid credentials',
      'unauthorized: ',
      'denied: ',
      'application default credentials',
      'could not load credentials',
      'no basic auth',
      'incorrect username or password',
      'e401',
      'need auth',
      'invalid api key',
      'requires authentication',
      'login required',
      'authentication required',
      'not logged in',
    ],
    weight: 61,
    pattern:
      /(?:[Uu]nable to locate credentials|\b(?<code>ExpiredToken|AccessDenied(?:Exception)?|UnrecognizedClientException|InvalidClientTokenId)\b|not authorized to perform|[Tt]oken (?:has|is) expired|[Ii]nvalid credentials|(?:unauthorized|denied): (?:authentication|requested access|access|permission)|no basic auth credentials|[Cc]ould not load (?:the default )?credentials|incorrect username or password|(?:requires|[Nn]eed) auth(?:entication)?\b|not logged in)/,
  },
]);
