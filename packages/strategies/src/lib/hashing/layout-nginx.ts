import { crc32, crc32Word } from './crc32.ts';
import { pointsPerWeight, type RingLayout } from './ring-layout.ts';

const POINTS = 160;

const name = new Uint32Array(2);

/**
 * The ring of nginx (`hash … consistent`, ngx_http_upstream_hash_module) and Pingora: 160 points per unit of weight, each
 * the CRC-32 of host, a zero byte, port and the point before. nginx keeps the brackets of IPv6, Pingora does not.
 */
export const nginxLayout: RingLayout = {
  hash: crc32,
  wide: false,
  cost: 0.06,
  counts: (weights, bounds) => pointsPerWeight(POINTS, weights, bounds),
  place(key, count, { places }, start) {
    const [, host = key, port = ''] = /^(.*):(\d+)$/.exec(key) ?? [];
    crc32(`${host}\0${port}`, name);
    const state = ~(name[0] as number);
    let previous = 0;
    for (let i = 0; i < count; i += 1) {
      previous = ~crc32Word(state, previous);
      places[2 * (start + i)] = previous;
    }
  },
};
