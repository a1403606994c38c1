import { createCluster, staticDiscovery } from '@evenkeel/core';
import { comparison } from './compare.ts';
import { quietest } from './quietest.ts';

// Of eight open requests, the endpoint with twice the weight takes four and the others two each.
const cluster = createCluster({
  name: 'orders',
  discovery: staticDiscovery([{ address: '10.0.0.1:80', weight: 2 }, '10.0.0.2:80', '10.0.0.3:80']),
  strategy: quietest(),
});
await cluster.ready();

const open = Array.from({ length: 8 }, () => cluster.pick());
for (const { id, inFlight } of cluster.inspect().endpoints) console.log(`${id}: ${inFlight} in flight`);

for (const pick of open) pick.done({ kind: 'success' });
await cluster.close();

// Is it any good? The same balancer in the simulator, beside two others.
console.log(`\n${await comparison()}`);
