import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { forwardingSettings } from './forwarding-options.ts';
import { hopTrust } from './hop-trust.ts';
import { requestHeaders } from './request-headers.ts';

function rewritten(rawHeaders: string[], trusted = false, part: Partial<Exchange> = {}): string[] {
  const exchange = {
    rawHeaders,
    httpVersion: '1.1',
    remoteAddress: '192.0.2.1',
    encrypted: false,
    ...part,
  } as Exchange;
  const trustedProxies = trusted ? ['192.0.2.1'] : [];
  const hopsOf = hopTrust({ trustedProxies, trustedHops: 0, from: undefined });
  return requestHeaders(exchange, {
    authority: 'a.example:8080',
    proxyName: 'evenkeel',
    hops: hopsOf(exchange),
    hopsFrom: hopsOf.from,
    forwarding: forwardingSettings(),
  });
}
const added = [
  ...['via', '1.1 evenkeel', 'x-forwarded-for', '192.0.2.1'],
  ...['x-forwarded-proto', 'http', 'x-forwarded-host', 'a.example:8080'],
];

it('keeps order, case and duplicates of what it forwards (RFC 9110 §5.3)', () => {
  const fields = ['X-B', '1', 'x-a', '2', 'X-B', '3', '__proto__', 'x', 'constructor', 'y', 'Cookie', 'a=b'];
  expect(rewritten(['Host', 'ignored', ...fields])).toEqual(['host', 'a.example:8080', ...fields, ...added]);
});

it('removes hop-by-hop fields and those that Connection names (RFC 9110 §7.6.1)', () => {
  const hop = [
    'Connection',
    'close, X-Mine',
    'X-Mine',
    '1',
    'Keep-Alive',
    'timeout=5',
    'Proxy-Connection',
    'a',
  ];
  const more = [
    'TE',
    'trailers',
    'Transfer-Encoding',
    'chunked',
    'Upgrade',
    'h2c',
    'Trailer',
    'x',
    'Expect',
    'y',
  ];
  expect(rewritten([...hop, ...more, 'Proxy-Authorization', 'secret'])).toEqual([
    ...['host', 'a.example:8080'],
    ...added,
  ]);
});

it('does not let Connection remove what the proxy adds or what frames the message (CVE-2026-33805)', () => {
  const named = 'X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Via, Host, Content-Length, Forwarded';
  const result = rewritten(['Connection', named, 'Content-Length', '3', 'Via', '1.0 edge'], true);
  expect(result).toEqual([
    ...['host', 'a.example:8080', 'Content-Length', '3', 'via', '1.0 edge, 1.1 evenkeel'],
    ...added.slice(2),
  ]);
});

describe('what a peer says of earlier hops', () => {
  const claims = [
    ...['X-Forwarded-For', '198.51.100.7', 'x-forwarded-for', '10.0.0.1', 'X-Forwarded-Proto', 'https'],
    ...[
      'X-Forwarded-Host',
      'shop.example',
      'X-Forwarded-Port',
      '443',
      'Forwarded',
      'for=1',
      'X-Real-IP',
      '1.1.1.1',
    ],
  ];

  it('is replaced when the peer is not trusted (CVE-2026-3635)', () => {
    expect(rewritten(claims)).toEqual(['host', 'a.example:8080', ...added]);
  });

  it('is extended when the peer is trusted', () => {
    expect(rewritten(claims, true)).toEqual([
      ...['host', 'a.example:8080', 'X-Forwarded-Port', '443', 'X-Real-IP', '1.1.1.1'],
      ...['via', '1.1 evenkeel', 'x-forwarded-for', '198.51.100.7, 10.0.0.1, 192.0.2.1'],
      ...['x-forwarded-proto', 'https', 'x-forwarded-host', 'shop.example'],
      // It was malformed, and there is a chain that is believed.
      ...['forwarded', 'for=198.51.100.7, for=10.0.0.1'],
    ]);
  });
});

it('says https for a request that came over TLS', () => {
  expect(rewritten([], false, { encrypted: true })).toContain('https');
});
