-- Prints what wrk counted as one line of JSON.

-- wrk adds latencies that nobody saw: for one of n mean intervals between the requests of a connection, n - 2 or so
-- more, each an interval shorter (`stats_correct`, against coordinated omission). Takes them out again, from the longest
-- to the shortest, which leaves each latency counted once.
local function measured(latency, interval)
  local counts, longest = {}, 0
  for i = 1, #latency do
    local value, count = latency(i)
    value = tonumber(value)
    counts[value] = tonumber(count)
    longest = math.max(longest, value)
  end
  for value = longest, 2 * interval, -1 do
    local count = counts[value] or 0
    local added = value - interval
    while count > 0 and added > interval do
      counts[added] = counts[added] - count
      added = added - interval
    end
  end
  return counts, longest
end

local function percentile(counts, longest, total, share)
  local seen = 0
  for value = 0, longest do
    seen = seen + (counts[value] or 0)
    if seen >= share * total then return value end
  end
  return longest
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local rounds = math.floor(summary.requests / tonumber(os.getenv('CONNECTIONS')))
  local interval = rounds > 0 and math.floor(summary.duration / rounds) or summary.duration
  local counts, longest = measured(latency, interval)
  local total = 0
  for _, count in pairs(counts) do
    total = total + count
  end
  local ms = function(share)
    return percentile(counts, longest, total, share) / 1000
  end
  print(string.format(
    '{"requests":%d,"latencies":%d,"requestsPerSecond":%.1f,"p50Ms":%.3f,"p90Ms":%.3f,"p99Ms":%.3f,'
      .. '"p999Ms":%.3f,"correctedP99Ms":%.3f,"failures":%d}',
    summary.requests,
    total,
    summary.requests / summary.duration * 1e6,
    ms(0.5),
    ms(0.9),
    ms(0.99),
    ms(0.999),
    latency:percentile(99) / 1000,
    failures
  ))
end
