import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../exchange.ts';
import { type HopTrustOptions, hopTrust } from './hop-trust.ts';

const PEER = '10.0.0.1';
function clientOf(
  options: Partial<HopTrustOptions>,
  rawHeaders: string[],
  remoteAddress: string | null = PEER,
) {
  const hopsOf = hopTrust({ trustedProxies: [], trustedHops: 0, from: undefined, ...options });
  const exchange: Pick<Exchange, 'rawHeaders' | 'remoteAddress'> = {
    rawHeaders,
    remoteAddress: remoteAddress ?? undefined,
  };
  return hopsOf(exchange as Exchange).clientAddress;
}
const xff = (...values: string[]): string[] => values.flatMap((value) => ['X-Forwarded-For', value]);

describe('by networks', () => {
  const trust = { trustedProxies: ['10.0.0.0/8', '2001:db8::/32'] };

  it('is the last address that is not a trusted proxy', () => {
    expect(clientOf(trust, xff('198.51.100.7, 192.0.2.9, 10.1.1.1'))).toBe('192.0.2.9');
    expect(clientOf(trust, xff('198.51.100.7', '192.0.2.9,2001:db8::5'))).toBe('192.0.2.9');
    expect(clientOf(trust, xff('10.3.3.3, 10.2.2.2'))).toBe('10.3.3.3');
    expect(clientOf(trust, [])).toBe(PEER);
  });

  it('is the peer where that is not trusted, whatever it says', () => {
    expect(clientOf(trust, xff('198.51.100.7'), '203.0.113.5')).toBe('203.0.113.5');
    expect(clientOf({}, xff('198.51.100.7'))).toBe(PEER);
    expect(clientOf(trust, xff('198.51.100.7'), null)).toBeUndefined();
  });

  it('stops at what is no address: the hop that named it is as far as can be seen', () => {
    for (const rubbish of [
      'unknown',
      '_hidden',
      'localhost',
      '1.2.3',
      '%',
      "'",
      '::ffff:1.2.3.4.5',
      'fe80::1%x',
    ])
      expect(clientOf(trust, xff(`198.51.100.7, ${rubbish}, 10.1.1.1`))).toBe('10.1.1.1');
  });

  it('reads addresses with ports and brackets, and IPv4 in IPv6', () => {
    expect(clientOf(trust, xff('192.0.2.9:4711'))).toBe('192.0.2.9');
    expect(clientOf(trust, xff('[2001:DB9::1]:80'))).toBe('2001:db9::1');
    expect(clientOf(trust, xff('2001:db9::1'))).toBe('2001:db9::1');
    expect(clientOf(trust, xff('::ffff:192.0.2.9'))).toBe('192.0.2.9');
  });
});

describe('by a number of hops', () => {
  it('is that many hops away, or as far as the hops go', () => {
    const headers = xff('198.51.100.7, 192.0.2.9, 203.0.113.5');
    expect(clientOf({ trustedHops: 1 }, headers)).toBe('203.0.113.5');
    expect(clientOf({ trustedHops: 2 }, headers)).toBe('192.0.2.9');
    expect(clientOf({ trustedHops: 9 }, headers)).toBe('198.51.100.7');
    expect(clientOf({ trustedHops: 1 }, [])).toBe(PEER);
    expect(clientOf({ trustedHops: 2 }, xff('198.51.100.7, unknown, 203.0.113.5'))).toBe('203.0.113.5');
  });
});

describe('in Forwarded', () => {
  const trust = { trustedProxies: ['10.0.0.0/8'], from: 'forwarded' as const };

  it('reads that field and no other', () => {
    const headers = ['Forwarded', 'for=198.51.100.7, for="[2001:db8::9]"', ...xff('192.0.2.66')];
    expect(clientOf(trust, headers)).toBe('2001:db8::9');
    expect(clientOf({ ...trust, from: 'x-forwarded-for' }, headers)).toBe('192.0.2.66');
    expect(clientOf(trust, xff('192.0.2.66'))).toBe(PEER);
  });

  it('believes nothing of a value that is malformed', () => {
    expect(clientOf(trust, ['Forwarded', 'for=192.0.2.9, for=x'])).toBe(PEER);
  });
});

it('refuses options that make no sense', () => {
  const make = (options: object) => () => clientOf(options, []);
  expect(make({ trustedHops: 1.5 })).toThrow('trustedHops: got 1.5, expected an integer');
  expect(make({ trustedHops: 1, trustedProxies: ['::1'] })).toThrow(
    'trustedHops: got 1, expected nothing, as there are trustedProxies',
  );
  expect(make({ from: 'x-real-ip' })).toThrow('forwarded.from: got "x-real-ip", expected one of');
});

it('property: never throws, and is always the peer or an address that was named', () => {
  const piece = fc.constantFrom(
    '10.0.0.2',
    '192.0.2.9',
    'x',
    ',',
    ' ',
    '"',
    '[',
    ']',
    ':1',
    '::1',
    'for=',
    ';',
    '\0',
  );
  const value = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  const options = fc.constantFrom<Partial<HopTrustOptions>>(
    { trustedProxies: ['10.0.0.0/8'] },
    { trustedProxies: ['10.0.0.0/8'], from: 'forwarded' },
    { trustedHops: 2 },
    { trustedHops: 2, from: 'forwarded' },
  );
  fc.assert(
    fc.property(options, fc.array(value, { maxLength: 3 }), (trust, values) => {
      const field = trust.from ?? 'x-forwarded-for';
      const client =
        clientOf(
          trust,
          values.flatMap((one) => [field, one]),
        ) ?? '';
      expect(client === PEER || values.join().includes(client)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});
