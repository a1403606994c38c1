import type { ProxyContender } from '../lib/proxies/contender.ts';
import { haproxy } from '../lib/proxies/haproxy.ts';
import { nginxProxy } from '../lib/proxies/nginx.ts';
import { nodeProxy } from '../lib/proxies/node-proxy.ts';
import { OURS } from './proxy-table.ts';

/** Every proxy that is measured, in the order of the table. */
export const CONTENDERS: readonly ProxyContender[] = [
  nginxProxy,
  haproxy,
  nodeProxy('bare dispatch', new URL('../lib/proxies/processes/bare-dispatch.ts', import.meta.url)),
  nodeProxy('fast-proxy', new URL('../lib/proxies/processes/fast-proxy.ts', import.meta.url)),
  nodeProxy(
    '@fastify/http-proxy',
    new URL('../lib/proxies/processes/fastify-http-proxy.ts', import.meta.url),
  ),
  nodeProxy('http-proxy-3', new URL('../lib/proxies/processes/http-proxy-3.ts', import.meta.url)),
  nodeProxy(OURS, new URL('../lib/proxies/processes/evenkeel.ts', import.meta.url)),
];
