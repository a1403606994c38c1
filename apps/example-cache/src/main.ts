import { startService } from '@evenkeel/services';
import { type Answer, type Edge, startEdge } from './edge.ts';
import { startOrigin } from './origin.ts';

const given = process.argv[2] ?? process.env.REDIS_URL;
await using own = given === undefined ? await startService('redis') : undefined;
const redis = given ?? `redis://${own?.address}`;

using origin = await startOrigin();
const shared = { origin: origin.address, redis, prefix: `example-${process.pid}` };
await using one = await startEdge('one', shared);
await using other = await startEdge('other', shared);

let [hits, misses] = [0, 0];

/** Asks, and shows the answer. */
async function ask(edge: Edge, path: string): Promise<string> {
  const answer = await edge.get(path);
  await show(edge, path, answer);
  return answer.text;
}

/** Asks until the answer is another one, which is how a client notices a purge. */
async function askUntilNew(edge: Edge, path: string, old: string): Promise<string> {
  const since = performance.now();
  for (;;) {
    const answer = await edge.get(path);
    const ms = performance.now() - since;
    if (answer.text === old && ms < 4_000) continue;
    console.log(`the purge was seen after ${ms.toFixed(0)} ms`);
    await show(edge, path, answer);
    return answer.text;
  }
}

async function show(edge: Edge, path: string, { text, cacheStatus }: Answer): Promise<void> {
  if (/; hit/.test(cacheStatus)) hits += 1;
  else misses += 1;
  console.log(`GET ${path.padEnd(8)} ${text.padEnd(9)} ${cacheStatus}`);
  // Responses are written to Redis behind the client's back: the next client may be quicker.
  await edge.store.settled();
}

console.log('one fetches, and both answer');
const first = await ask(one, '/price');
await ask(other, '/price');
await ask(one, '/price');

console.log('\na purge of a URL at one is heard by the other');
await one.store.purgeUrl('http://shop/price');
const second = await askUntilNew(other, '/price', first);
await ask(one, '/price');

console.log('\na purge of a tag at the other is heard by one');
await ask(one, '/stock');
await other.store.purgeTags(['prices']);
await askUntilNew(one, '/price', second);
await ask(other, '/price');
await ask(other, '/stock');

console.log(`\n${hits} hits, ${misses} misses, ${origin.requests} requests reached the service`);
process.exitCode = origin.requests === 5 ? 0 : 1;
