-- Prints what wrk counted as one line of JSON.
function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format(
    '{"requests":%d,"requestsPerSecond":%.1f,"p50Ms":%.3f,"p90Ms":%.3f,"p99Ms":%.3f,"failures":%d}',
    summary.requests,
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000,
    latency:percentile(90) / 1000,
    latency:percentile(99) / 1000,
    failures
  ))
end
