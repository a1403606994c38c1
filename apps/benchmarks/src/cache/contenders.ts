import type { ProxyContender } from '../lib/proxies/contender.ts';
import { nginxProxy, running, startNginx } from '../lib/proxies/nginx.ts';
import { nodeProxy } from '../lib/proxies/node-proxy.ts';

/** nginx as a reverse proxy that keeps responses: files, which the system keeps in memory. */
const nginxCache: ProxyContender = {
  name: 'nginx proxy_cache',
  async start(address) {
    return running(
      await startNginx(`
  proxy_cache_path cache levels=1:2 keys_zone=benchmark:10m;
  upstream benchmark { server ${address}; keepalive 256; }
  server {
    listen 127.0.0.1:PORT;
    location / {
      proxy_pass http://benchmark;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_cache benchmark;
    }
  }`),
    );
  },
};

/** The rows of the table. */
export const UNCACHED = 'evenkeel';
export const CACHED = 'evenkeel cache';
export const NGINX_CACHE = nginxCache.name;

/** Each proxy without a cache and with one, in the order of the table. */
export const CONTENDERS: readonly ProxyContender[] = [
  nginxProxy,
  nginxCache,
  nodeProxy(UNCACHED, new URL('../lib/proxies/processes/evenkeel.ts', import.meta.url)),
  nodeProxy(CACHED, new URL('../lib/proxies/processes/evenkeel-cache.ts', import.meta.url)),
];
