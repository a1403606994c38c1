import { createCluster } from '@evenkeel/core';
import { consulDiscovery } from '@evenkeel/discovery-consul';
import { show } from '@evenkeel/example-show';
import { createHttpClient } from '@evenkeel/http-client';
import { startService } from '@evenkeel/services';
import { peakEwma } from '@evenkeel/strategies/peak-ewma';

const given = process.argv[2] ?? process.env.CONSUL_HTTP_ADDR;
await using own = given === undefined ? await startService('consul') : undefined;
const address = given ?? own?.address ?? '';

await using orders = createCluster({
  name: 'orders',
  discovery: consulDiscovery({ address, service: 'example-orders' }),
  strategy: peakEwma(),
});
await using client = createHttpClient({ clusters: { orders } });

const ok = await show({
  cluster: orders,
  instance: new URL('instance.ts', import.meta.url),
  args: [address],
  async ask() {
    const response = await client.fetch('http://orders/');
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.text();
  },
});
process.exitCode = ok ? 0 : 1;
