import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { type ForwardingOptions, forwardingSettings } from './forwarding-options.ts';
import { hopTrust } from './hop-trust.ts';
import { requestHeaders } from './request-headers.ts';

const ALL: ForwardingOptions['fields'] = [
  ...(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-real-ip'] as const),
  'forwarded',
];

/** What upstream is told of hops by a proxy whose peer, 10.0.0.1, is trusted. */
function told(options: ForwardingOptions, rawHeaders: string[] = [], part: Partial<Exchange> = {}) {
  const exchange = {
    rawHeaders,
    httpVersion: '1.1',
    remoteAddress: '10.0.0.1',
    encrypted: false,
    ...part,
  } as Exchange;
  const hopsOf = hopTrust({ trustedProxies: ['10.0.0.1'], trustedHops: 0, from: options.from });
  const headers = requestHeaders(exchange, {
    authority: 'a.example:8080',
    proxyName: 'evenkeel',
    hops: hopsOf(exchange),
    hopsFrom: hopsOf.from,
    forwarding: forwardingSettings(options),
  });
  const fields: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) {
    const [name = '', value = ''] = headers.slice(i, i + 2);
    if (name !== 'host' && name !== 'via') fields[name.toLowerCase()] = value;
  }
  return fields;
}

it('tells what it is asked to tell', () => {
  expect(told({ fields: ALL, by: '_edge' })).toEqual({
    'x-forwarded-for': '10.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'a.example:8080',
    'x-forwarded-port': '8080',
    'x-real-ip': '10.0.0.1',
    forwarded: 'for=10.0.0.1;by=_edge;host="a.example:8080";proto=http',
  });
  expect(told({ fields: [] })).toEqual({});
  expect(told({ fields: ['x-real-ip'] }, ['X-Real-IP', '1.1.1.1', 'X-Forwarded-For', '192.0.2.9'])).toEqual({
    'x-forwarded-for': '192.0.2.9',
    'x-real-ip': '192.0.2.9',
  });
});

describe('7239 §4–8: Forwarded and X-Forwarded-*', () => {
  it('appends an element with IPv6 in quoted brackets', () => {
    const from = { remoteAddress: '2001:db8::1', encrypted: true };
    expect(told({ fields: ['forwarded'], by: '[2001:db8::2]:443' }, [], from)).toEqual({
      forwarded: 'for="[2001:db8::1]";by="[2001:db8::2]:443";host="a.example:8080";proto=https',
    });
  });

  it('extends what a trusted peer says, obfuscated identifiers included', () => {
    const headers = ['Forwarded', 'for=_client;proto=https', 'Forwarded', 'for="192.0.2.9:99";secret=_x'];
    expect(told({ from: 'forwarded', fields: ['forwarded'] }, headers).forwarded).toBe(
      'for=_client;proto=https, for="192.0.2.9:99";secret=_x, for=10.0.0.1;host="a.example:8080";proto=http',
    );
  });

  it('drops what any other peer says', () => {
    const headers = [
      ...['Forwarded', 'for=192.0.2.9', 'X-Forwarded-For', '192.0.2.9', 'X-Real-IP', '192.0.2.9'],
      ...[
        'X-Forwarded-Proto',
        'https',
        'X-Forwarded-Host',
        'b',
        'X-Forwarded-Port',
        '1',
        'X-Forwarded-Prefix',
        '/p',
      ],
    ];
    expect(told({ fields: ALL }, headers, { remoteAddress: '203.0.113.5' })).toEqual({
      'x-forwarded-for': '203.0.113.5',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.example:8080',
      'x-forwarded-port': '8080',
      'x-real-ip': '203.0.113.5',
      forwarded: 'for=203.0.113.5;host="a.example:8080";proto=http',
    });
  });

  it('starts anew where a trusted peer sends what is malformed', () => {
    const headers = ['Forwarded', 'for=192.0.2.9, for=x'];
    expect(told({ from: 'forwarded', fields: ['forwarded'] }, headers).forwarded).toMatch(
      /^for=10\.0\.0\.1;/,
    );
    const rubbish = ['X-Forwarded-Proto', 'a b', 'X-Forwarded-Host', 'u@h', 'X-Forwarded-Port', '99999'];
    expect(told({ fields: ALL }, rubbish)).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.example:8080',
      'x-forwarded-port': '8080',
    });
  });

  it('takes the last of several: what is before it the peer has only passed on', () => {
    const headers = [
      'X-Forwarded-Proto',
      'https, http',
      'X-Forwarded-Host',
      'spoofed',
      'X-Forwarded-Host',
      'real',
    ];
    expect(told({}, headers)).toMatchObject({ 'x-forwarded-proto': 'http', 'x-forwarded-host': 'real' });
  });
});

describe('where X-Forwarded-For and Forwarded disagree', () => {
  const both = ['X-Forwarded-For', '192.0.2.9, unknown', 'Forwarded', 'for=203.0.113.66;proto=https'];
  const same = ['X-Forwarded-For', '192.0.2.9, unknown', 'Forwarded', 'for=192.0.2.9;proto=https, for=_x'];

  it('the one that is not read is written anew from the other', () => {
    const own = 'for=10.0.0.1;host="a.example:8080";proto=http';
    expect(told({ fields: ALL }, both).forwarded).toBe(`for=192.0.2.9, for=unknown, ${own}`);
    expect(told({ fields: ALL, from: 'forwarded' }, both)).toMatchObject({
      'x-forwarded-for': '203.0.113.66, 10.0.0.1',
      'x-forwarded-proto': 'https',
      forwarded: `for=203.0.113.66;proto=https, ${own}`,
    });
    expect(told({}, both).forwarded).toBe('for=192.0.2.9, for=unknown');
    expect(told({ fields: ['forwarded'], from: 'forwarded' }, both)['x-forwarded-for']).toBe('203.0.113.66');
  });

  it('one that says the same goes on as it is', () => {
    expect(told({}, same).forwarded).toBe('for=192.0.2.9;proto=https, for=_x');
    expect(told({ fields: ['forwarded'], from: 'forwarded' }, same)['x-forwarded-for']).toBe(
      '192.0.2.9, unknown',
    );
  });

  it('with Forwarded read, no other field about hops is believed', () => {
    const headers = [
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Host',
      'evil',
      'X-Real-IP',
      '6.6.6.6',
      'X-Forwarded-Prefix',
      '/x',
    ];
    expect(told({ from: 'forwarded' }, headers)).toEqual({
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.example:8080',
    });
  });
});

it('guesses the port from the host, then from the scheme', () => {
  const fields = ['x-forwarded-port'] as const;
  expect(
    told({ fields }, ['X-Forwarded-Host', 'b.example', 'X-Forwarded-Proto', 'https'])['x-forwarded-port'],
  ).toBe('443');
  expect(told({ fields }, ['X-Forwarded-Host', '[::1]'])['x-forwarded-port']).toBe('80');
  expect(told({ fields }, ['X-Forwarded-Port', '8443'])['x-forwarded-port']).toBe('8443');
});

it.each<[object, string]>([
  [{ from: 'via' }, 'forwarded.from: got "via", expected one of "x-forwarded-for", "forwarded"'],
  [{ fields: ['x-forwarded'] }, 'forwarded.fields[0]: got "x-forwarded", expected one of "x-forwarded-for"'],
  [{ fields: 'forwarded' }, 'forwarded.fields: got "forwarded", expected a list of fields'],
  [{ by: 'edge' }, 'forwarded.by: got "edge", expected a name such as "_edge"'],
  [{ field: [] }, 'forwarded.field: got an array, expected no such option'],
])('refuses %j', (options, message) => {
  expect(() => told(options as ForwardingOptions)).toThrow(message);
});
