import { rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';

/** The network. Tests print the same words; what names a failing test is heavier. */
export const networkRules = rulesOf(null, 'orchestration_error', [
  {
    name: 'network-host',
    because: 'network',
    cue: [
      'could not resolve host',
      'name or service not known',
      'temporary failure in name resolution',
      'enotfound',
      'eai_again',
      'no such host',
      'nodename nor servname',
      'unknownhostexception',
      'failed to lookup address',
      'getaddrinfo',
      'no address associated',
      'dns error',
      'name resolution',
      'unknown server host',
      'domain name not found',
      'resolve host',
      'resolve the host',
      'host not found',
      'hostname not found',
      'lookup fail',
      'unknown host',
      'temporary failure resolving',
      'could not resolve proxy',
    ],
    weight: 60,
    pattern:
      /(?:[Cc]ould not resolve (?:host|proxy)|Name or service not known|[Tt]emporary failure (?:in name resolution|resolving)|\b(?<code>ENOTFOUND(?! [Pp]ackage)|EAI_AGAIN)\b|no such host|nodename nor servname|UnknownHostException|failed to lookup address|getaddrinfo (?:failed|error)|No address associated|dns error|[Ff]ailed to resolve '|[Uu]nknown (?:server )?host|[Nn]ame resolution(?: for \S{1,200})? failed|[Dd]omain name not found|resolve (?:the )?host(?:name| address| name)?\b|[Hh]ost(?: ?name)? (?:lookup fail|not found))/,
  },
  {
    name: 'network-refused',
    because: 'network',
    cue: [
      'cannot connect to',
      'connect call failed',
      'incompleteread',
      'connection broken',
      'connection lost',
      'connection was ',
      'connection dropped',
      'premature',
      'connectionexception',
      'connectionrefusederror',
      'econnrefused',
      'econnreset',
      'connection refused',
      'failed to open tcp connection',
      'was refused',
      'connection reset',
      'connect: cannot assign',
      'failed to connect to',
      'network is unreachable',
      'no route to host',
      'ehostunreach',
      'enetunreach',
      'connectexception',
      'connectionerror',
      'socket hang up',
      'epipe',
      'remote end hung up',
      'unexpected disconnect',
      'early eof',
      'rpc failed',
      'connection closed',
      'broken pipe',
      'could not connect to',
      'actively refused',
      'unable to connect',
      'recv failure',
      'error connecting',
      'connect() failed',
      'server closed the connection',
      'newconnectionerror',
      'tcp connect error',
      'connection to ',
      'contact ',
      'unexpectedly closed',
      'no servers available',
      'no hosts available',
      'nohostavailable',
      'unreachable',
      'to reach http',
      'not reachable',
      "couldn't connect",
      "can't connect to",
    ],
    weight: 58,
    pattern:
      /(?:\b(?<code>ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH)\b|[Cc]onnection (?:to the server \S{1,100} )?(?:was )?(?:refused|reset|aborted)|[Ff]ailed to (?:connect to|open TCP connection)|[Nn]etwork is unreachable|No route to host|\bConnectException\b|socket hang up|remote end hung up|unexpected disconnect|early EOF|RPC failed|[Cc]ould not connect to|actively refused|[Uu]nable to connect|Recv failure|Error connecting|NewConnectionError|server closed the connection|tcp connect error|ConnectionError\(|[Cc]an ?not connect to |[Cc]onnect call failed|\bIncompleteRead\b|[Cc]onnection (?:was )?(?:broken|lost|dropped|closed (?:by|unexpectedly|before|while))|[Pp]remature(?:ly)? clos|ConnectionRefusedError|^(?:\w{1,40}\.){0,6}\w{0,40}Connection(?:Error|Exception)\b|[Cc]onnection to \S{1,200} (?:was )?(?:refused|failed|lost|closed)\b|\b(?:[Cc]an['’]t|[Cc]annot|[Cc]ould not|[Uu]nable to) (?:contact|reach) (?:the )?\w|[Cc]onnection unexpectedly closed|\b[Nn]o (?:\w{1,12} )?(?:servers?|hosts?|brokers?|nodes?) (?:are |is )?(?:available|reachable)|\b(?:host|server|service|broker|daemon|endpoint|database|registry) (?:is |was )?(?:unreachable|not reachable)|[Cc](?:ouldn['’]t|an['’]t) connect to|\b(?:[Uu]nable to|[Cc]ould not|[Cc]annot) reach https?:|\b[Nn]etwork (?:is )?unreachable)/,
    refine: decideRefused,
  },
  {
    name: 'network-tls',
    because: 'network',
    cue: ['certificate', 'ssl', 'tls', 'self-signed', 'self signed', 'pkix', 'err_cert', 'x509'],
    weight: 60,
    pattern:
      /(?:certificate (?:verify failed|has expired|problem|is not trusted|signed by unknown)|(?:self[- ]signed|unable to (?:get local issuer|verify the first)) certificate|SSL (?:certificate|routines|handshake|connection|ERROR)[^.]{0,60}(?:problem|fail|error|wrong|alert)|SSLError|SSLHandshakeException|PKIX path|x509: |TLS handshake (?!timeout)|\b(?<code>CERT_HAS_EXPIRED|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|ERR_TLS_CERT_ALTNAME_INVALID)\b)/i,
  },
  {
    name: 'network-server',
    because: 'service',
    cue: [
      'returned error: 5',
      'returned error: 404',
      '502 bad gateway',
      '503 service',
      '500 internal',
      '504 gateway',
      'http error 5',
      'status code 5',
      'status code: 5',
      'http 5',
      'status 5',
      'code e5',
    ],
    weight: 58,
    pattern:
      /(?:\b50[0234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Internal Server Error|Gateway Time-?out|Server Error)|The requested URL returned error: (?:5\d\d|404)|status (?:code:? ?)?50\d\b|HTTP [Ee]rror 5\d\d|HTTP 50\d\b)/,
  },
  {
    name: 'network-denied',
    because: 'credentials',
    cue: [
      'returned error: 40',
      'http error 40',
      '403 forbidden',
      '401 unauthorized',
      'status code 40',
      'credentials',
      'logged in',
      'log in',
      ' login',
      'authentication ',
      'authenticated',
      'could not read username',
      'unauthenticated',
      'access denied',
      'permission_denied',
      'accessdenied',
      'clienttokenid',
      'expiredtoken',
      'unrecognizedclient',
      'authfailure',
      'signaturedoesnotmatch',
      'active account',
      ' token',
      ' key ',
      ': unauthorized',
      'login failed',
      'forbidden: ',
      'unauthorized',
      'unauthorized:',
      'incorrect username',
    ],
    weight: 58,
    pattern:
      /(?:\b[Ll]ogin failed for\b|\b[Nn]o (?:[\w ]{1,40} )?(?:token|credentials?) (?:is|was|are|were) (?:found|present|available|provided)\b|\b[Nn]o (?:\w{1,12} )?token (?:found|available|provided)\b|\b(?:[Uu]nable to (?:locate|load|find)|[Nn]o(?:t find)?|[Mm]issing|[Ii]nvalid|[Ww]rong|[Bb]ad|[Ee]xpired) (?:\w{1,20} ){0,2}[Cc]redentials\b|\b[Cc]redentials (?:for \S{1,200} )?(?:were |are |was )?(?:not (?:found|set|provided|valid)|missing|expired|rejected|invalid|required)|\b(?:not|are you) (?:currently )?(?:logged|signed) in\b|\b[Pp]lease (?:log|sign) ?in\b|\b[Pp]lease run:? .{0,30}\blogin\b|\b[Aa]uthentication (?:is )?(?:required|failed|failure|error)\b|\b[Nn]ot authenticated\b|\bUNAUTHENTICATED\b|\b(?:InvalidClientTokenId|AccessDenied(?:Exception)?|ExpiredToken(?:Exception)?|SignatureDoesNotMatch|UnrecognizedClientException|AuthFailure)\b|\b(?:security|access|auth(?:entication)?|API|bearer|session) (?:token|key) .{0,60}(?:is|was|has)? ?(?:invalid|expired|revoked|missing|not valid)\b|\b(?:specified|provided|given|your) (?:[\w-]{1,12} )?(?:token|key|credentials?) (?:is|are|was|were) (?:not valid|invalid|expired)|\bPERMISSION_DENIED\b|\b[Tt]oken (?:is |was |has )(?:been )?(?:invalid|expired|revoked)\b|\b(?:to|must) be (?:logged|signed) in\b|: unauthorized\b|\bunauthorized: |\bAccess [Dd]enied[.,:]|[Ii]ncorrect username or password|could not read Username|\bno(?:t|t currently have an?)? (?:currently have an )?active account\b|The requested URL returned error: 40[13]\b|HTTP [Ee]rror 40[13]\b|\b(?:403 Forbidden|401 Unauthorized)\b|status code:? ?40[13]\b)/,
  },
  {
    name: 'network-denied',
    because: 'credentials',
    cue: ['forbidden', 'unauthori', 'authentic', 'denied', 'credentials'],
    weight: 69,
    // Named so by the client of a service: heavier than what it says of a permission.
    pattern:
      /^(?=[a-z_])(?:[\w$]{0,40}[.:]){1,8}\w{0,30}(?:Forbidden|Unauthori[sz]ed|Authentication|AuthorizationError|AccessDenied|InvalidCredentials)\w{0,20}: /,
  },
  {
    name: 'network-answer',
    because: 'network',
    cue: [
      'http error',
      '502 bad gateway',
      '503 service',
      '500 internal',
      '504 gateway',
      'returned error:',
      'status code 5',
      'status code: 5',
      'too many requests',
      '407 proxy',
      'returned 4',
      'returned 5',
      'returned http',
      'http status server error',
      'status 5',
      'the requested url returned error',
      'unexpected status',
      '403 forbidden',
      '401 unauthorized',
      'failed to fetch',
      'failed to download',
      'error downloading',
      'unable to access',
    ],
    weight: 57,
    pattern:
      /(?:\b50[0234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Internal Server Error|Gateway Time-?out|Server Error)|\b(?:proxy|registry|server|mirror|index) returned (?:HTTP )?(?:407|5\d\d)\b|\b407 Proxy|The requested URL returned error: (?:40[137]|429|5\d\d)|status (?:code:? ?)?(?:50\d|429|407)\b|[Tt]oo [Mm]any [Rr]equests|HTTP [Ee]rror (?:403|401|407|429|5\d\d)|HTTP status server error|\b40[13] (?:Forbidden|Unauthorized)\b|toomanyrequests|unable to access '|Failed to (?:fetch|download) https?:)/,
  },
]);

const serviceName =
  /\b(?:\w{0,4}redis|pymongo|mongo\w{0,12}|postgres\w{0,6}|psycopg\w{0,8}|p[gq]x?-pool|mysql\w{0,8}|mariadb|\w{0,4}kafka\w{0,8}|\w{0,4}amqp\w{0,30}|rabbitmq|elastic(?:search|_transport)|opensearch|memcached?|cassandra|sqlalchemy|SQLSTATE|\w{0,3}ldap\w{0,4}|nats|mqtt|etcd\w{0,6}|zookeeper|clickhouse|couchdb|influxdb?|neo4j|cockroach\w{0,4}|sqlserver|mssql|tedious|dynamodb|minio|temporal|database)\b/i;

// Node lists the errors that it would try again; and where the client of a service is named, it is that service.
function decideRefused(groups: Groups, view: View): Reading | null {
  if (isConstant(view.lines[view.at] ?? '')) return null;
  if (
    /\b(?:[Dd]ocker|[Pp]odman|[Cc]ontainerd|[Ll]ibvirt|[Bb]uild[Kk]it) (?:daemon|socket|service)\b|\.sock\b/.test(
      view.lines[view.at] ?? '',
    )
  )
    return { groups, subReason: 'service' };
  const near = view.lines.slice(Math.max(0, view.at - 60), view.at + 40).join('\n');
  return serviceName.test(near.slice(0, 12_000)) ? { groups, subReason: 'service' } : { groups };
}

/** A line of a list of names, as a dump of an object has them. */
export function isConstant(line: string): boolean {
  return /^\s{2,60}['"]?(?:[A-Z][A-Z_]{3,60}|\d{3})['"]?(?:,|: ['"][\w ]{1,60}['"],?)?$/.test(line);
}
