import { join } from 'node:path';
import { askHttp } from '../ask.ts';
import { debianPackages } from '../debian-packages.ts';
import { onPath } from '../on-path.ts';
import type { Recipe } from '../recipe.ts';

/**
 * Consul 1.8 (the newest that Debian has) or what is on PATH: a development agent, which forgets all at a
 * restart, or with `persist` a server with a data folder. A leader alone is not enough to be ready: the
 * agent's own node is registered later.
 */
export const consul: Recipe = {
  ports: ['main', 'dns', 'server', 'serf'],
  keepsData: false,
  readyWithinMs: 30_000,
  async locate() {
    const packages = { suite: 'bullseye', packages: ['consul'] } as const;
    const file = onPath('consul') ?? join(await debianPackages('consul', packages), 'usr/bin/consul');
    return ({ ports, folder, options }) => ({
      file,
      args: [
        'agent',
        ...(options.persist === true
          ? [
              '-server',
              '-bootstrap',
              '-data-dir',
              join(folder, 'data'),
              '-hcl',
              'performance { raft_multiplier = 1 }',
            ]
          : ['-dev']),
        ...['-node', 'n1', '-disable-host-node-id', '-bind', '127.0.0.1', '-client', '127.0.0.1'],
        ...['-http-port', String(ports.main), '-dns-port', String(ports.dns)],
        ...['-server-port', String(ports.server), '-serf-lan-port', String(ports.serf)],
        ...[
          '-serf-wan-port',
          '-1',
          '-grpc-port',
          '-1',
          '-log-level',
          'err',
          '-hcl',
          'disable_update_check = true',
        ],
        ...(options.args ?? []),
      ],
    });
  },
  ready: ({ ports }) =>
    askHttp(`http://127.0.0.1:${ports.main}/v1/health/service/consul?passing`, /^\s*\[\s*\{/),
};
