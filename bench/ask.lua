-- For wrk: posts what BENCH_BODY says, its %d a number, so that no two requests are equal; tells its figures as a last line of JSON.
local body = os.getenv("BENCH_BODY")
local number = tonumber(os.getenv("BENCH_FIRST"))

function request()
  number = number + 1
  return wrk.format("POST", nil, nil, string.format(body, number))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"seconds":%.6f,"median_s":%.6f,"refused":%d,"broken":%d}\n', summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
