-- SPDX-License-Identifier: MIT
-- wrk script: visitors with known ids. Each answer must be 200, come from the system that it names, and name the variant that
-- the visitor has under every route published meanwhile, if it is the same under all of them.
-- The environment's IDS is a file with one "id new|legacy|any" a line.
local ids, expected = {}, {}
for line in io.lines(os.getenv("IDS")) do
  local id, variant = line:match("(%S+) (%S+)")
  ids[#ids + 1] = id
  expected[#expected + 1] = variant
end

local threads = {}
function setup(thread)
  thread:set("offset", #threads * 997)
  threads[#threads + 1] = thread
end

function init()
  sent, wrong, answered = 0, 0, 0
end

-- A connection asks for the next visitor only after its answer, so its number travels in the target and the origin echoes it.
function request()
  sent = sent + 1
  local i = (sent + offset) % #ids + 1
  return wrk.format("GET", "/" .. i, {["Cookie"] = "split_id=" .. ids[i]})
end

function response(status, headers, body)
  answered = answered + 1
  local i = tonumber(headers["x-echo"])
  local variant = headers["x-split-variant"]
  if status ~= 200 or not i then
    wrong = wrong + 1
  elseif expected[i] ~= "any" and expected[i] ~= variant then
    wrong = wrong + 1
  elseif headers["x-served-by"] ~= variant then
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local bad, got = 0, 0
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
    got = got + thread:get("answered")
  end
  local e = summary.errors
  io.write(string.format("RESULT answered=%d wrong=%d connect=%d read=%d write=%d timeout=%d p50_us=%d p99_us=%d\n", got, bad,
    e.connect, e.read, e.write, e.timeout, latency:percentile(50), latency:percentile(99)))
end
