import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../ask.ts';
import { debianPackages } from '../debian-packages.ts';
import { onPath } from '../on-path.ts';
import type { Recipe } from '../recipe.ts';

const PACKAGES = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblzf1',
  'liblua5.1-0',
  'lua-cjson',
  'lua-bitop',
  'libhiredis0.14',
  'libatomic1',
];

/**
 * Redis 7.0 or what is on PATH; with `config` and `--sentinel` also a Sentinel, with `--cluster-enabled
 * yes` a cluster's member.
 */
export const redis: Recipe = {
  ports: ['main'],
  keepsData: false,
  readyWithinMs: 10_000,
  async locate() {
    const program = onPath('redis-server') ?? onPath('valkey-server');
    const root =
      program === undefined ? await debianPackages('redis', { suite: 'bookworm', packages: PACKAGES }) : '';
    const file = program ?? join(root, 'usr/bin/redis-server');
    const env = program === undefined ? { LD_LIBRARY_PATH: libraries(root) } : {};
    return ({ ports, folder, options }) => {
      const port = String(ports.main);
      const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder];
      const data = ['--save', '', '--appendonly', options.persist === true ? 'yes' : 'no'];
      const isSentinel = options.args?.includes('--sentinel') === true;
      const config: string[] = [];
      if (options.config !== undefined) {
        config.push(join(folder, 'redis.conf'));
        writeFileSync(join(folder, 'redis.conf'), options.config);
      }
      return { file, args: [...config, ...args, ...(isSentinel ? [] : data), ...(options.args ?? [])], env };
    };
  },
  ready: ({ ports }) => ask(ports.main ?? 0, 'PING\r\n', /^(?:\+PONG|-NOAUTH)/),
};

/** The folders of shared libraries below an unpacked root. */
export function libraries(root: string): string {
  return globSync('usr/lib/*-linux-gnu*', { cwd: root })
    .map((folder) => join(root, folder))
    .join(':');
}
