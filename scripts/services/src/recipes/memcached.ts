import { join } from 'node:path';
import { ask } from '../ask.ts';
import { debianPackages } from '../debian-packages.ts';
import { onPath } from '../on-path.ts';
import type { Recipe } from '../recipe.ts';
import { libraries } from './redis.ts';

/** Memcached 1.6 or what is on PATH. */
export const memcached: Recipe = {
  ports: ['main'],
  keepsData: false,
  readyWithinMs: 10_000,
  async locate() {
    const program = onPath('memcached');
    const packages = ['memcached', 'libevent-2.1-7'];
    const root =
      program === undefined ? await debianPackages('memcached', { suite: 'bookworm', packages }) : '';
    const env = program === undefined ? { LD_LIBRARY_PATH: libraries(root) } : {};
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    return ({ ports, options }) => ({
      file: program ?? join(root, 'usr/bin/memcached'),
      args: [
        ...user,
        ...['-l', '127.0.0.1', '-p', String(ports.main), '-U', '0', '-m', '16', '-t', '1'],
        ...(options.args ?? []),
      ],
      env,
    });
  },
  ready: ({ ports }) => ask(ports.main ?? 0, 'version\r\n', /^VERSION/),
};
