import { createCluster } from '@evenkeel/core';
import { redisDiscovery } from '@evenkeel/discovery-redis';
import { show } from '@evenkeel/example-show';
import { createHttpClient } from '@evenkeel/http-client';
import { startService } from '@evenkeel/services';
import { peakEwma } from '@evenkeel/strategies/peak-ewma';

const given = process.argv[2] ?? process.env.REDIS_URL;
await using own = given === undefined ? await startService('redis') : undefined;
const url = given ?? `redis://${own?.address}`;

await using orders = createCluster({
  name: 'orders',
  discovery: redisDiscovery({ url, service: 'example-orders' }),
  strategy: peakEwma(),
});
await using client = createHttpClient({ clusters: { orders } });

const ok = await show({
  cluster: orders,
  instance: new URL('instance.ts', import.meta.url),
  args: [url],
  async ask() {
    const response = await client.fetch('http://orders/');
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.text();
  },
});
process.exitCode = ok ? 0 : 1;
