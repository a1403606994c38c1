import type { KnownKeys } from '@evenkeel/core';
import type { ProxyOptions } from './proxy-options.ts';

/** The names of all options of a proxy. */
export const PROXY_KEYS: KnownKeys<ProxyOptions> = {
  routes: true,
  clusters: true,
  middleware: true,
  client: true,
  dispatcher: true,
  name: true,
  trustedProxies: true,
  trustedHops: true,
  forwarded: true,
  requestId: true,
  clientCertificateHeader: true,
  upgrades: true,
  maxTargetLength: true,
  maxHeaders: true,
  connections: true,
  tracer: true,
  clock: true,
  random: true,
};
