import { createHash } from 'node:crypto';

/** A Lua script with the digest that Redis knows it by. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

function script(...parts: readonly string[]): Script {
  const lua = parts.join('\n');
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** All times are those of Redis: the clocks of the clients do not matter. */
const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local nowText = string.format('%.0f', now)`;

/**
 * KEYS: expiries, records, meta, channel. Without meta nobody can see the service, so a missing one is
 * written again. A write sweeps leases that ended, 64 at a time, counts a revision if anything changed, and
 * publishes it. The keys outlive a day without any write; heartbeats count as writes.
 */
const WRITE = `${NOW}
local dirty = false
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', nowText, 'LIMIT', 0, 64)
if #dead > 0 then
  redis.call('ZREM', KEYS[1], unpack(dead))
  redis.call('HDEL', KEYS[2], unpack(dead))
  dirty = true
end
local function keep()
  for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], 86400000 + tonumber(ARGV[2] or 0)) end
end
local function bump(note)
  redis.call('HSETNX', KEYS[3], 'e', t[1] .. t[2])
  local n = redis.call('HINCRBY', KEYS[3], 'n', 1)
  redis.call('PUBLISH', KEYS[4], redis.call('HGET', KEYS[3], 'e') .. '.' .. n .. note)
end
local function unwatched() return redis.call('EXISTS', KEYS[3]) == 0 end
local function live(id)
  local score = redis.call('ZSCORE', KEYS[1], id)
  return score and tonumber(score) > now and redis.call('HEXISTS', KEYS[2], id) == 1
end`;

/** ARGV: id, ttl in ms, record. */
export const PUT: Script = script(
  WRITE,
  `
if not live(ARGV[1]) or redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[3] then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
  dirty = true
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1])
if dirty or unwatched() then bump('') end
keep()
return 1`,
);

/**
 * ARGV: id, ttl in ms. Returns 0 when the lease is not there any more: a lease that ended must be put
 * again, so that watchers hear of it.
 */
export const BEAT: Script = script(
  WRITE,
  `
local known = live(ARGV[1])
if known then redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1]) end
if dirty or (known and unwatched()) then bump('') end
keep()
if known then return 1 end
return 0`,
);

/** ARGV: id, ttl in ms. The message names who left, so that watchers need not wait for a confirmation. */
export const REMOVE: Script = script(
  WRITE,
  `
local removed = redis.call('ZREM', KEYS[1], ARGV[1]) + redis.call('HDEL', KEYS[2], ARGV[1])
if removed > 0 then bump(' ' .. ARGV[1]) elseif dirty then bump('') end
keep()
return removed`,
);

/**
 * Returns nothing when the service has no leased form, else: now, epoch, counter, and for each live lease
 * id, end, record.
 */
export const READ: Script = script(
  NOW,
  `
local meta = redis.call('HMGET', KEYS[3], 'e', 'n')
if not meta[1] then return {} end
local out = { nowText, meta[1], meta[2] or '0' }
local live = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. nowText, '+inf', 'WITHSCORES')
for from = 1, #live, 2000 do
  local ids = {}
  for i = from, math.min(from + 1999, #live), 2 do ids[#ids + 1] = live[i] end
  local records = redis.call('HMGET', KEYS[2], unpack(ids))
  for i, id in ipairs(ids) do
    out[#out + 1] = id
    out[#out + 1] = live[from + 2 * i - 1]
    out[#out + 1] = records[i] or ''
  end
end
return out`,
);

/** KEYS: the plain key. Returns its type and what it holds. */
export const READ_PLAIN: Script = script(`
local kind = redis.call('TYPE', KEYS[1])
kind = kind.ok or kind
if kind == 'list' then return { kind, redis.call('LRANGE', KEYS[1], 0, -1) } end
if kind == 'set' then return { kind, redis.call('SMEMBERS', KEYS[1]) } end
if kind == 'zset' then return { kind, redis.call('ZRANGE', KEYS[1], 0, -1) } end
if kind == 'hash' then return { kind, redis.call('HVALS', KEYS[1]) } end
if kind == 'string' then return { kind, { redis.call('GET', KEYS[1]) } } end
return { kind, {} }`);
