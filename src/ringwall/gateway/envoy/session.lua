-- The session cookie of a protected host, before anything else sees it.
--
-- It is taken out of the Cookie header on every path, so that no service ever receives it. Where a
-- route asks who is there, its token goes into a header of its own, which jwt_authn verifies, and a
-- token that is (nearly) over is renewed: Ringwall's web process is asked once, the request waits,
-- and the answer brings the new cookie along.
--
-- The value is <end, in seconds since 1970>.<secret>~<token>.
--
-- API keys are taken out of their headers the same way. A key is rwk_<token>~<checksum>: the
-- checksum is for scanners and for whoever types; here the signature counts and nothing else.
--
-- Whoever sends a request chooses what is matched here: every pattern takes time in proportion to
-- the length, and every table has a bound.

local COOKIE = "__Host-ringwall"
local ANYWHERE = "__Host%-ringwall%s*=" -- behind a comma, say, where some services see a cookie too
local KEY = "rwk_eyJ"
local AHEAD = @AHEAD@
local WEB = "@WEB@"
local REMEMBERED = 10000

-- Of this worker thread: what was renewed just now, for requests that still bring the old cookie,
-- and who is asking at this moment, so that a token which still holds is asked for by one request.
local renewed, renewed_count = {}, 0
local asking, asking_count = {}, 0

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
      pair = pair:match("%S.*") or ""
      pair = pair:match("^.*%S") or ""
      local name, value = pair:match("^([^=]*)=(.*)$")
      if name == COOKIE then
        found, times = value, times + 1
      elseif pair ~= "" and pair:sub(1, #COOKIE) ~= COOKIE and not pair:find(ANYWHERE) then
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

local function take_from(headers, name, before)
  local given = headers:get(name) -- every line of that name, with commas between them
  if given == nil or not given:find(KEY, 1, true) then
    return nil, 0
  end
  headers:remove(name)
  local _, last = given:find(before)
  local token = last and given:match("^[%w_.-]+", last + 1)
  local rest = token and given:sub(last + #token + 1)
  if rest == "" or rest and rest:find("^~[%w_-]*$") then
    return token, 1
  end
  return nil, 1
end

local function take_key(headers)
  local one, times = take_from(headers, "authorization", "^[Bb]earer +rwk_")
  local other, more = take_from(headers, "x-api-key", "^rwk_")
  -- Two keys are a mistake, or somebody's trick, and count as none.
  return times + more == 1 and (one or other) or nil
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

local function begin_asking(secret, now)
  if asking_count >= REMEMBERED then -- of those who hung up nobody tells us that they are done
    asking, asking_count = {}, 0
  end
  if asking[secret] == nil then
    asking_count = asking_count + 1
  end
  asking[secret] = now
end

local function end_asking(secret)
  if asking[secret] ~= nil then
    asking[secret], asking_count = nil, asking_count - 1
  end
end

function ringwall_renew(handle)
  local headers = handle:headers()
  local value, key = take_cookie(headers), take_key(headers)
  if key ~= nil then
    headers:add("x-ringwall-key", key)
  end
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
  begin_asking(secret, now)
  local answer, body = handle:httpCall(WEB, {
    [":method"] = "POST",
    [":path"] = "/.ringwall/renew",
    [":authority"] = headers:get(":authority"),
    ["x-forwarded-proto"] = "https",
    ["x-ringwall-secret"] = secret,
    ["x-ringwall-address"] = handle:streamInfo():downstreamRemoteAddress():match("^%[?(.-)%]?:%d+$"),
  }, "", 4000)
  end_asking(secret)
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
  take_key(headers)
end
