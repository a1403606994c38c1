import { expect, it } from 'vitest';
import { trustedPeers } from './trusted-peers.ts';

it('trusts nobody by default', () => {
  expect(trustedPeers()('127.0.0.1')).toBe(false);
});

it('trusts addresses and networks of both families', () => {
  const trusted = trustedPeers(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']);
  expect(['10.9.8.7', '192.0.2.7', '2001:db8::5', '::1'].map(trusted)).toEqual([true, true, true, true]);
  expect(['11.0.0.1', '192.0.2.8', '2001:db9::', 'x', undefined].map(trusted)).toEqual(Array(5).fill(false));
});

it.each(['10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', 'example.com', '', '::/129', '10.0.0.0/x'])(
  'refuses %j',
  (entry) => {
    expect(() => trustedPeers([entry])).toThrow(
      `trustedProxies[0]: got ${JSON.stringify(entry)}, expected an IP address`,
    );
  },
);

it('refuses what is no list', () => {
  const peers = '10.0.0.0/8' as unknown as string[];
  expect(() => trustedPeers(peers)).toThrow(
    'trustedProxies: got "10.0.0.0/8", expected a list of IP addresses',
  );
});
