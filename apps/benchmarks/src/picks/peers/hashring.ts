import { type Candidate, formatAddress, type Strategy } from '@evenkeel/core';
import HashRing from 'hashring';

/**
 * `hashring`: ketama, with MD5 from OpenSSL and a cache of keys. It answers with the text of an address, so the endpoint is
 * looked up in a map, as everyone who uses it has to.
 *
 * @param cachedKeys how many keys its cache holds; 5,000 by default
 */
export function hashringPeer(cachedKeys: number): Strategy {
  const byAddress = new Map<string, Candidate>();
  let candidates: readonly Candidate[] = [];
  let ring = new HashRing([]);
  return {
    name: 'hashring',
    update(list) {
      if (list === candidates) return;
      candidates = list;
      byAddress.clear();
      for (const candidate of list) {
        byAddress.set(formatAddress(candidate.endpoint.host, candidate.endpoint.port), candidate);
      }
      ring = new HashRing([...byAddress.keys()], 'md5', { 'max cache size': cachedKeys });
    },
    pick: ({ hashKey = '' }) => byAddress.get(ring.get(hashKey)),
  };
}
