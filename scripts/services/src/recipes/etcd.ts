import { join } from 'node:path';
import { askHttp } from '../ask.ts';
import { debianPackages } from '../debian-packages.ts';
import { onPath } from '../on-path.ts';
import type { Recipe } from '../recipe.ts';

/** etcd 3.4 or what is on PATH: a cluster of one, with short elections so that a restart is quick. */
export const etcd: Recipe = {
  ports: ['main', 'peer'],
  keepsData: true,
  readyWithinMs: 20_000,
  async locate() {
    const packages = { suite: 'bookworm', packages: ['etcd-server'] } as const;
    const file = onPath('etcd') ?? join(await debianPackages('etcd', packages), 'usr/bin/etcd');
    return ({ ports, folder, options }) => {
      const client = `http://127.0.0.1:${ports.main}`;
      const peer = `http://127.0.0.1:${ports.peer}`;
      return {
        file,
        args: [
          ...['--data-dir', join(folder, 'data')],
          ...['--listen-client-urls', client, '--advertise-client-urls', client],
          ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
          ...['--initial-cluster', `default=${peer}`],
          ...['--heartbeat-interval', '50', '--election-timeout', '250'],
          ...['--logger', 'zap', '--log-level', 'error'],
          ...(options.args ?? []),
        ],
      };
    };
  },
  ready: ({ ports }) => askHttp(`http://127.0.0.1:${ports.main}/health`, /"health":\s*"true"/),
};
