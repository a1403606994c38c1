import { createHash } from 'node:crypto';

/**
 * One step of the generic cell rate algorithm, at the time of the Redis server, so that the clocks of proxies need not agree. Times
 * are in whole microseconds, which doubles hold exactly. Returns whether the request is allowed, and the backlog before it.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local capacity = tonumber(ARGV[2])
local until_full = tonumber(redis.call('GET', KEYS[1])) or now
local backlog = math.min(math.max(until_full - now, 0), capacity)
if backlog + interval > capacity then
  return { 0, backlog }
end
backlog = backlog + interval
redis.call('SET', KEYS[1], string.format('%.0f', now + backlog), 'PX', math.ceil(backlog / 1000))
return { 1, backlog - interval }
`;

const SHA = createHash('sha1').update(SCRIPT).digest('hex');

/** The part of an ioredis `Redis` or `Cluster` that is used; pass your own, or something that behaves like it. */
export interface RateLimitRedis {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>;
}

/**
 * Asks Redis whether one more request of a key is allowed: one round trip, or two when the server does not know the script yet.
 *
 * @returns the backlog of the key before this request, in ms
 */
export async function askRedis(
  client: RateLimitRedis,
  key: string,
  intervalMs: number,
  burst: number,
): Promise<{ allowed: boolean; backlogMs: number }> {
  const interval = Math.max(1, Math.round(intervalMs * 1_000));
  const args = [key, String(interval), String(interval * burst)];
  const answer = await client.evalsha(SHA, 1, ...args).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
      return client.eval(SCRIPT, 1, ...args);
    throw error;
  });
  const [allowed, backlog] = Array.isArray(answer) ? answer.map(Number) : [];
  if (allowed === undefined || backlog === undefined || Number.isNaN(backlog)) {
    throw new TypeError('Redis did not answer as the script does');
  }
  return { allowed: allowed === 1, backlogMs: backlog / 1_000 };
}
