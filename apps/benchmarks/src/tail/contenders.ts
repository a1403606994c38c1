import type { RunningProgram } from '@evenkeel/services';
import { startEvenkeel } from '../lib/proxies/evenkeel-app.ts';
import { startHaproxy } from '../lib/proxies/haproxy.ts';
import { startNginx } from '../lib/proxies/nginx.ts';

/** A proxy with one way of balancing. */
export interface TailContender {
  readonly name: string;
  /** @param addresses `host:port` of each endpoint */
  start(addresses: readonly string[]): Promise<RunningProgram>;
}

/** What the name of ours begins with. */
export const OURS = 'evenkeel';

const nginx = (method: string): TailContender => ({
  name: `nginx ${method || 'round robin'}`,
  start: (addresses) =>
    startNginx(`
  upstream api {
    ${method === '' ? '' : `${method};`}
    ${addresses.map((address) => `server ${address};`).join('\n    ')}
    keepalive 256;
  }
  server {
    listen 127.0.0.1:PORT;
    location / { proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }`),
});

const haproxy = (method: string): TailContender => ({
  name: `haproxy ${method}`,
  start: (addresses) =>
    startHaproxy(`
listen api
  bind 127.0.0.1:PORT
  balance ${method}
  ${addresses.map((address, index) => `server s${index} ${address}`).join('\n  ')}`),
});

/** All, in the order of the table; ours with its defaults. */
export const TAIL_CONTENDERS: readonly TailContender[] = [
  { name: OURS, start: (addresses) => startEvenkeel(addresses) },
  nginx(''),
  nginx('least_conn'),
  haproxy('leastconn'),
  haproxy('random(2)'),
];
