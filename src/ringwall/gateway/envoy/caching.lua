-- What Envoy's cache filter leaves to others: which keys it gets to see, and what it must not keep.

local MOST = @MOST@
local SPAN_S = 300
local AT_ONCE = MOST / 2
local LONGEST = 1024
local EDGE = "@EDGE@"

-- Keys that are let through, each with how often it was asked for in this span. The filter remembers
-- a key for SPAN_S, so that it never has many more than four times MOST for each worker.
local asked, since = {}, 0
local room, filled = AT_ONCE, 0

-- Begins a span when one is over. Those asked for most often, of those asked for again, stay: whoever
-- wants a place for keys of his own has to ask for each more often than all others do for theirs.
local function turn(now)
  local late = now - since
  if late < 0 then
    since, filled = now, now -- the clock was set back: what is known stays, and the span begins anew
  end
  if late < SPAN_S then
    return
  end
  local found, stay = {}, {}
  if late < 2 * SPAN_S then
    for key, times in pairs(asked) do
      if times > 1 then
        found[#found + 1] = key
      end
    end
    table.sort(found, function(one, other) return asked[one] > asked[other] end)
  end
  for place = 1, math.min(#found, MOST) do
    stay[found[place]] = 0
  end
  asked, since = stay, now
end

-- Room for new keys comes back with time, AT_ONCE in a span: among many that are asked for, one that
-- is asked for often has it soon.
local function has_room(now)
  room, filled = math.min(AT_ONCE, room + (now - filled) * AT_ONCE / SPAN_S), now
  if room < 1 then
    return false
  end
  room = room - 1
  return true
end

-- Whether more comes than headers: the filter would pass it on, each time. A length or its lack tells
-- without waiting; over HTTP/2 there may be neither, and so it waits for the first that comes.
local function brings_body(handle, headers)
  if headers:get("transfer-encoding") or (headers:get("content-length") or "0") ~= "0" then
    return true
  end
  return handle:body() ~= nil or handle:trailers() ~= nil
end

-- The edge takes away what makes an answer somebody's own; no other caller may say that it did.
local function is_from_edge(handle)
  local shown = handle:connection():ssl()
  for _, name in ipairs(shown and shown:uriSanPeerCertificate() or {}) do
    if name == EDGE then
      return true
    end
  end
  return false
end

-- Lets a key through to the cache that is known or for which there is room; any other request is
-- passed on to the service.
function ringwall_gate(handle)
  if not is_from_edge(handle) then
    handle:respond({[":status"] = "403"}, "only the edge says what is kept\n")
    return
  end
  local headers = handle:headers()
  if brings_body(handle, headers) then
    handle:respond({[":status"] = "400", ["cache-control"] = "no-store"}, "a GET here has no body\n")
    return
  end
  local host = headers:get(":authority")
  if host:find("%u") then -- a name in capitals is the same (RFC 9110 section 4.2.3)
    host = host:lower()
    headers:replace(":authority", host)
  end
  local key, now = host .. headers:get(":path"), os.time()
  turn(now)
  local times = asked[key]
  if times then
    asked[key] = times + 1
  elseif #key <= LONGEST and has_room(now) then
    asked[key] = 1
  else
    -- What is authorized is nothing for a shared cache (RFC 9111 section 3.5): the filter stands
    -- aside, and the route takes this away again.
    headers:replace("authorization", "-")
  end
end

-- What the service is told where the answer is for all: nothing by which it could know who asks, or
-- give one what another cannot read. Conditions and ranges are the filter's own here.
local TOLD = {
  ["if-modified-since"] = true,
  ["if-none-match"] = true,
  ["range"] = true,
  ["x-forwarded-proto"] = true,
}

function ringwall_fetch(handle)
  local headers, others = handle:headers(), {}
  for name in pairs(headers) do
    if name:sub(1, 1) ~= ":" and not TOLD[name] then
      others[#others + 1] = name
    end
  end
  for _, name in ipairs(others) do
    headers:remove(name)
  end
  headers:add("accept", "*/*")
  headers:add("user-agent", "ringwall")
end

-- An answer that sets a cookie is for one alone. One without a date gets it here (RFC 9110 section
-- 6.6.1), or its age could not be told.
function ringwall_fetched(handle)
  local headers = handle:headers()
  if not headers:get("date") then
    headers:add("date", os.date("!%a, %d %b %Y %H:%M:%S GMT"))
  end
  if headers:get("set-cookie") then
    headers:replace("cache-control", "no-store")
  end
end
