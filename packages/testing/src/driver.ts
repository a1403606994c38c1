export { churnWatches } from './lib/driver/churn-watches.ts';
export { type Follower, follow } from './lib/driver/follow.ts';
export { heapUsed } from './lib/driver/heap-used.ts';
export { type Publisher, publisher } from './lib/driver/publisher.ts';
export { type Crowd, registerAll } from './lib/driver/register-all.ts';
export { until, untilState } from './lib/driver/until.ts';
export { type WatchedCluster, watchedCluster } from './lib/driver/watched-cluster.ts';
