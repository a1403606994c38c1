/** All that `npm install` of one package may bring along, by folder: what a user gets for asking for that package alone. */
export const INSTALLED_WITH: Readonly<Record<string, readonly string[]>> = {
  core: [],
  strategies: ['@evenkeel/core'],
  'http-client': ['@evenkeel/core', 'undici'],
  cache: ['@evenkeel/core', 'undici'],
  'cache-memcached': ['@evenkeel/cache', '@evenkeel/core', 'undici'],
  'cache-redis': ['@evenkeel/cache', '@evenkeel/core', 'undici'],
  proxy: ['@evenkeel/core', '@evenkeel/http-client', 'undici'],
  telemetry: ['@evenkeel/core'],
  simulator: ['@evenkeel/core', '@evenkeel/http-client', 'undici'],
  testing: ['@evenkeel/core'],
  'discovery-consul': ['@evenkeel/core'],
  'discovery-dns': ['@evenkeel/core'],
  'discovery-etcd': ['@evenkeel/core', 'undici'],
  'discovery-redis': ['@evenkeel/core'],
  'discovery-zookeeper': ['@evenkeel/core'],
};
