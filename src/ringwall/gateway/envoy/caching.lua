-- What Envoy's cache filter leaves to others: which keys it gets to see, and what it must not keep.

local MOST = @MOST@
local SPAN_S = 300
local LONGEST = 1024

-- Keys let through in this span and in the last, each with how often it was asked for. The filter
-- remembers a key for SPAN_S, so that it never has many more than four times MOST for each worker.
local this, last = {}, {}
local new, carried, since = 0, 0, 0

-- Whether more comes than headers: the filter would pass it on, each time. A length or its lack tells
-- without waiting; over HTTP/2 there may be neither, and so it waits for the first that comes.
local function brings_body(handle, headers)
  if headers:get("transfer-encoding") or (headers:get("content-length") or "0") ~= "0" then
    return true
  end
  return handle:body() ~= nil or handle:trailers() ~= nil
end

-- Lets a key through to the cache while there is room for it; any other request is passed on to the
-- service. A key that was asked for again in the last span has a place of its own in this one, so
-- that whoever asks for a new one each time does not push out those that others ask for.
function ringwall_gate(handle)
  local headers = handle:headers()
  if brings_body(handle, headers) then
    handle:respond({[":status"] = "400", ["cache-control"] = "no-store"}, "a GET here has no body\n")
    return
  end
  local key = headers:get(":authority") .. headers:get(":path")
  local now = os.time()
  if now - since >= SPAN_S then
    last = now - since < 2 * SPAN_S and this or {}
    this, new, carried, since = {}, 0, 0, now
  end
  local asked = this[key]
  if asked then
    this[key] = asked + 1
    return
  end
  if (last[key] or 0) > 1 and carried < MOST then
    this[key], carried = 1, carried + 1
  elseif new < MOST and #key <= LONGEST then
    this[key], new = 1, new + 1
  else
    -- What is authorized is nothing for a shared cache (RFC 9111 section 3.5): the filter stands
    -- aside, and the route takes this away again.
    headers:replace("authorization", "-")
  end
end

-- Nothing of who asked first, nor of this proxy, is told to the service: the answer is for all.
function ringwall_fetch(handle)
  local headers = handle:headers()
  headers:remove("x-ringwall-cache")
  headers:remove("x-envoy-external-address")
  headers:remove("x-envoy-internal")
  headers:remove("x-forwarded-for")
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
