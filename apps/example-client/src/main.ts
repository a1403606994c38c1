import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createHttpClient } from '@evenkeel/http-client';
import { peakEwma } from '@evenkeel/strategies/peak-ewma';

const orders = createCluster({
  name: 'orders',
  discovery: staticDiscovery(process.argv.slice(2)),
  strategy: peakEwma(),
});
await using client = createHttpClient({ clusters: { orders } });

for (let i = 0; i < 9; i++) {
  const response = await client.fetch('http://orders/');
  console.log(response.status, await response.text());
}
await orders.close();
