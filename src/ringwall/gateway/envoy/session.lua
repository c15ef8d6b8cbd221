-- The session cookie of a protected host, before anything else sees it.
--
-- It is taken out of the Cookie header on every path, so that no service ever receives it. Where a
-- route asks who is there, its token goes into a header of its own, which jwt_authn verifies, and a
-- token that is (nearly) over is renewed: Ringwall's web process is asked once, the request waits,
-- and the answer brings the new cookie along.
--
-- The value is <end, in seconds since 1970>.<secret>~<token>.

local COOKIE = "__Host-ringwall"
local AHEAD = @AHEAD@
local WEB = "@WEB@"
local REMEMBERED = 10000

-- Of this worker thread: what was renewed just now, for requests that still bring the old cookie,
-- and who is asking at this moment, so that a token which still holds is asked for by one request.
local renewed, renewed_count = {}, 0
local asking = {}

local function take_cookie(headers)
  local lines = headers:getNumValues("cookie")
  if lines == 0 then
    return nil
  end
  if lines == 1 and not headers:getAtIndex("cookie", 0):find(COOKIE, 1, true) then
    return nil
  end
  local kept, found, times = {}, nil, 0
  for index = 0, lines - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      pair = pair:match("^%s*(.-)%s*$")
      local name, value = pair:match("^([^=]*)=(.*)$")
      if name == COOKIE then
        found, times = value, times + 1
      elseif name == nil or name:sub(1, #COOKIE) ~= COOKIE then
        kept[#kept + 1] = pair
      end
    end
  end
  headers:remove("cookie")
  if #kept > 0 then
    headers:add("cookie", table.concat(kept, "; "))
  end
  -- A browser has one such cookie a host: two are somebody's trick, and count as none.
  return times == 1 and found or nil
end

local function drop_keys(headers)
  local given = headers:get("authorization")
  if given ~= nil and given:find("rwk_", 1, true) then
    headers:remove("authorization")
  end
  given = headers:get("x-api-key")
  if given ~= nil and given:find("rwk_", 1, true) then
    headers:remove("x-api-key")
  end
end

local function remember(secret, value, ends)
  if renewed_count >= REMEMBERED then
    renewed, renewed_count = {}, 0
  end
  if renewed[secret] == nil then
    renewed_count = renewed_count + 1
  end
  renewed[secret] = { value = value, ends = ends }
end

local function parse(value)
  local ends, secret, token = value:match("^(%d+)%.([%w_-]+)~([%w_.-]+)$")
  return tonumber(ends), secret, token
end

local function give_cookie(handle, cookie)
  handle:streamInfo():dynamicMetadata():set("ringwall.session", "cookie", cookie)
end

local ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

function ringwall_renew(handle)
  local headers = handle:headers()
  local value = take_cookie(headers)
  if value == nil then
    return
  end
  local ends, secret, token = parse(value)
  if ends == nil then
    return
  end
  local now = handle:timestamp() / 1000
  if now < ends - AHEAD then
    headers:add("x-ringwall-token", token)
    return
  end
  local known = renewed[secret]
  if known ~= nil and known.ends > ends and now < known.ends - AHEAD then
    local _, _, other = parse(known.value)
    headers:add("x-ringwall-token", other)
    return
  end
  if now < ends and asking[secret] ~= nil and now - asking[secret] < 10 then
    headers:add("x-ringwall-token", token)
    return
  end
  asking[secret] = now
  local answer, body = handle:httpCall(WEB, {
    [":method"] = "POST",
    [":path"] = "/.ringwall/renew",
    [":authority"] = headers:get(":authority"),
    ["x-forwarded-proto"] = "https",
    ["x-ringwall-secret"] = secret,
    ["x-ringwall-address"] = handle:streamInfo():downstreamRemoteAddress():match("^%[?(.-)%]?:%d+$"),
  }, "", 4000)
  asking[secret] = nil
  headers = handle:headers() -- what was taken before the wait is not valid after it
  local status = answer[":status"]
  if status == "200" then
    local until_then, _, fresh = parse(body)
    if until_then ~= nil then
      remember(secret, body, until_then)
      headers:add("x-ringwall-token", fresh)
      give_cookie(handle, COOKIE .. "=" .. body .. ATTRIBUTES .. (answer["x-ringwall-life"] or "0"))
      return
    end
  elseif status == "401" then
    give_cookie(handle, COOKIE .. "=" .. ATTRIBUTES .. "0")
    return
  end
  if now < ends then
    headers:add("x-ringwall-token", token)
    return
  end
  handle:respond({ [":status"] = "503", ["retry-after"] = "1" }, "503 Service Unavailable\n")
end

function ringwall_strip(handle)
  local headers = handle:headers()
  take_cookie(headers)
  drop_keys(headers)
end
