/** Fields that an attacker sends and many origins act upon, whatever Vary says. */
export const UNKEYED: readonly string[] = [
  'X-Forwarded-Host: evil.example',
  'X-Forwarded-Scheme: nothttps',
  'X-Forwarded-Proto: evil',
  'X-Forwarded-Port: 666',
  'X-Forwarded-Prefix: /evil',
  'X-Forwarded-Server: evil.example',
  'X-Forwarded-For: 6.6.6.6',
  'Forwarded: host=evil.example',
  'X-Real-IP: 6.6.6.6',
  'X-Host: evil.example',
  'X-Original-URL: /evil',
  'X-Rewrite-URL: /evil',
  'X-HTTP-Method-Override: DELETE',
  'X-Method-Override: DELETE',
  'X-HTTP-Method: DELETE',
];

/** Targets below the case's path that careless keys or normalisation confuse with one another. */
export const TARGETS: readonly string[] = [
  '',
  '/',
  '//',
  '/.',
  '/./',
  '/..',
  '/a/..',
  '/a',
  '/A',
  '/a/',
  '/a//',
  '//a',
  '/a/.',
  '/a/b/..',
  '/./a',
  '/%61',
  '/%41',
  '/a%2fb',
  '/a%2Fb',
  '/a/b',
  '/a%5cb',
  '/a\\b',
  '/a%252fb',
  '/%2e%2e/a',
  '/..%2fa',
  '/..;/a',
  '/a;b',
  '/a;',
  '/a;x=1',
  '/a%00',
  '/a%00.css',
  '/a%0d%0aX-Evil:1',
  '/a%20',
  '/a+',
  '/a%2b',
  '/a%3f',
  '/a?',
  '/a?b',
  '/a?b=',
  '/a?b=1&c=2',
  '/a?c=2&b=1',
  '/a?b=1;c=2',
  '/a?b=1&b=2',
  '/a?b=2&b=1',
  '/a?b=1?',
  '/a??b=1',
  '/a?/b',
  '/a%3fb=1',
  '/a?b=%31',
  '/a?utm_source=x',
  '/a?_method=DELETE',
  '/*',
  '/a*',
  '/a:b',
  '/a:GET',
  '/{a}',
  '/}i.',
  '/|',
  '/"',
  "/'",
  '/__proto__',
  '/constructor',
  '/\xe9',
  '/%e9',
  '/%E9',
  '/%c3%a9',
  '/\xc3\xa9',
  `/${'a'.repeat(3_000)}`,
  `/${'a'.repeat(3_000)}b`,
];

/** Names of one host that only look alike, each of its own key. */
export const HOSTS: readonly string[] = [
  'a.example',
  'b.example',
  'a.example:81',
  'a.example:8080',
  'a.example.evil',
  'xa.example',
  '[::1]',
  '[::1]:81',
  '127.0.0.1',
];

/** Paths by which a cache is deceived into keeping what is for one client. */
export const DECEPTIVE: readonly string[] = [
  '/account.css',
  '/account/x.css',
  '/account;x.css',
  '/account%2ex.js',
  '/account%00.png',
  '/account%3fx.css',
  '/account?x.css',
  '/account/..%2fstatic/x.js',
  '/static/..%2faccount',
  '/robots.txt',
  '/favicon.ico',
  '/index.html',
];

export const VALUES: readonly string[] = [
  '',
  'null',
  'undefined',
  '*',
  'a',
  'A',
  'a,b',
  'a, b',
  'b,a',
  'a b',
  'a:b',
  '","',
  '["a"]',
  '{}',
  '\xe9',
  '%61',
  'a;q=1',
  'a.v',
  `${'a'.repeat(3_000)}`,
  `${'a'.repeat(3_000)}b`,
];

/** Requests in bytes that are refused, or at least never become what others are given. */
export const SMUGGLED: readonly (readonly [name: string, bytes: (path: string) => string])[] = [
  [
    'both Content-Length and Transfer-Encoding',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
  ],
  [
    'two different lengths',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0\r\nContent-Length: 5\r\nConnection: close\r\n\r\nevil!`,
  ],
  [
    'a length in a list',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 0, 0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a signed length',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: +0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a coding nobody knows',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n`,
  ],
  [
    'an empty coding',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nTransfer-Encoding:\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a space before the colon',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length : 0\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a folded line',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nX-A: 1\r\n evil\r\nConnection: close\r\n\r\n`,
  ],
  [
    'two Hosts',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a Host with a path',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com/evil\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a Host with user information',
    (path) => `GET ${path} HTTP/1.1\r\nHost: evil@www.example.com\r\nConnection: close\r\n\r\n`,
  ],
  ['no Host', (path) => `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`],
  ['an empty Host', (path) => `GET ${path} HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n`],
  [
    'a NUL in a value',
    (path) => `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nX-A: a\0b\r\nConnection: close\r\n\r\n`,
  ],
  ['a fragment', (path) => `GET ${path}#evil HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n`],
  [
    'a space in the target',
    (path) => `GET ${path} evil HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n`,
  ],
  [
    'a body of a request behind it',
    (path) =>
      `GET ${path} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 48\r\nConnection: close\r\n\r\nGET /evil HTTP/1.1\r\nHost: www.example.com\r\n\r\nx: 1`,
  ],
];
