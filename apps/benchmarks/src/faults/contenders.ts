import type { RunningProgram } from '@evenkeel/services';
import { startEvenkeel } from '../lib/proxies/evenkeel-app.ts';
import { startHaproxy } from '../lib/proxies/haproxy.ts';
import { startNginx } from '../lib/proxies/nginx.ts';

/** A proxy in front of endpoints that will have faults. */
export interface FaultContender {
  readonly name: string;
  /** @param addresses `host:port` of each endpoint */
  start(addresses: readonly string[]): Promise<RunningProgram>;
  /** Makes it read its configuration again. */
  readonly reload: NodeJS.Signals;
  /** Makes it answer what it has accepted, and end. */
  readonly drain: NodeJS.Signals;
}

/** How long one attempt may take, in ms: the same for all, several times what the endpoints take. */
const TRY_MS = 250;
/** How often health is checked by those that can, in ms. */
const CHECK_MS = 500;

/** Our program, with health checks, a time limit for attempts, and its defaults. */
const evenkeel: FaultContender = {
  name: 'evenkeel',
  reload: 'SIGHUP',
  drain: 'SIGTERM',
  start: (addresses) =>
    startEvenkeel(addresses, [
      `healthCheck: { http: { path: /healthz }, intervalMs: ${CHECK_MS}, timeoutMs: ${TRY_MS} }`,
      `perTryTimeoutMs: ${TRY_MS}`,
    ]),
};

/** nginx with retries to the next endpoint for what is idempotent; it has no active checks. */
const nginx: FaultContender = {
  name: 'nginx',
  reload: 'SIGHUP',
  drain: 'SIGQUIT',
  start: (addresses) =>
    startNginx(`
  upstream api {
    ${addresses.map((address) => `server ${address};`).join('\n    ')}
    keepalive 256;
  }
  server {
    listen 127.0.0.1:PORT;
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout ${TRY_MS}ms;
      proxy_read_timeout ${TRY_MS}ms;
      proxy_next_upstream error timeout http_500 http_502 http_503 http_504;
    }
  }`),
};

/** HAProxy with checks, and retries on another endpoint but for POST. */
const haproxy: FaultContender = {
  name: 'haproxy',
  reload: 'SIGUSR2',
  drain: 'SIGUSR1',
  start: (addresses) =>
    startHaproxy(
      `
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response junk-response response-timeout 500 502 503 504
frontend in
  bind 127.0.0.1:PORT
  http-request disable-l7-retry if METH_POST
  default_backend api
backend api
  option httpchk GET /healthz
  default-server inter ${CHECK_MS}ms fall 2 rise 2 observe layer7 error-limit 5 on-error mark-down
  ${addresses.map((address, index) => `server s${index} ${address} check`).join('\n  ')}`,
      { tryMs: TRY_MS, reloads: true },
    ),
};

/** All, in the order of the tables. */
export const FAULT_CONTENDERS: readonly FaultContender[] = [evenkeel, nginx, haproxy];
