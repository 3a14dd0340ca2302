-- wrk: posts the signed hooks of a file in their order, each once.
-- HOOKS names the file; a line each: method, signature, body, with tabs between.
-- With several threads, each takes its share; where HOOKS is a folder (it ends with a slash), each
-- has a file of its own there, named by its number, and with one connection for each thread every
-- hook waits for the answer to the one before.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local count, path = tonumber(arguments[1]), arguments[2]
  requests, position = {}, 0
  local line_number, source = 0, os.getenv("HOOKS")
  local is_folder = source:sub(-1) == "/"
  for line in io.lines(is_folder and source .. number or source) do
    if is_folder or line_number % count == number then
      local method, signature, body = line:match("^(%S+)\t(%S+)\t(.*)$")
      local headers = {["Content-Type"] = "application/json", ["Authorization"] = "WCS " .. signature}
      requests[#requests + 1] = wrk.format("POST", path .. method, headers, body)
    end
    line_number = line_number + 1
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
