import { startProgram } from '@evenkeel/services';
import type { ProxyContender } from './contender.ts';
import { running } from './nginx.ts';

/** HAProxy with one thread and connections that are kept alive and shared on both sides. */
export const haproxy: ProxyContender = {
  name: 'haproxy',
  async start(address) {
    return running(
      await startProgram('haproxy', ({ port }) => ({
        config: `
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
listen benchmark
  bind 127.0.0.1:${port}
  server only ${address}
`,
        args: (file) => ['-db', '-f', file],
      })),
    );
  },
};
