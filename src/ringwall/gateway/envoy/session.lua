-- The session cookie of a protected host, before anything else sees it.
--
-- It is taken out of the Cookie header on every path, so that no service ever receives it. Where a
-- route asks who is there, its token goes into a header of its own, which jwt_authn verifies, and a
-- token that is (nearly) over is renewed: Ringwall's web process is asked once, the request waits,
-- and the answer brings the new cookie along.
--
-- The value is <end, in seconds since 1970>.<secret>~<token>; the secret is 32 random bytes, url-safe.
--
-- A token can be called back while its session goes on, when roles change, say. Nobody here knows of
-- that before the token is refused; the refusal brings a second cookie along, for a few seconds, which
-- says when that was and has the token renewed at the next request, unless it was renewed since; a few
-- times in that time for each secret.
--
-- API keys and our access tokens are taken out of their headers the same way. A key is
-- rwk_<token>~<checksum>: the checksum is for scanners and for whoever types; here the signature
-- counts and nothing else. An access token of ours is known by how its payload begins, which names
-- the issuer: another `Authorization` belongs to the service.
--
-- Whoever sends a request chooses what is matched here: every pattern takes time in proportion to
-- the length, and every table has a bound, as has what stands in it.

local COOKIE = "__Host-ringwall"
local AGAIN = COOKIE .. "-again"
local PASS = COOKIE .. "-pass"
local ANYWHERE = "__Host%-ringwall%s*=" -- behind a comma, say, where some services see a cookie too
local KEY = "rwk_eyJ"
local ISSUED = "@ISSUED@"
local AHEAD = @AHEAD@
local WEB = "@WEB@"
local PAUSE = "@PAUSE@"
local PAUSES = 40
local TAKEN_OVER_AFTER, HOLDS_FOR = 1, 5
local REMEMBERED = 10000
local AGAIN_EVERY, AGAIN_TIMES = 10, 4
local LONGEST_PASS = 64
local SECRET = 43 -- characters; with more or fewer it is none that we gave

-- Of this worker thread: what was renewed just now, for requests that still bring the old cookie,
-- and who is asking at this moment, so that a token which still holds is asked for by one request.
local renewed, renewed_count = {}, 0
local asking, asking_count = {}, 0
-- Secrets, with the address that brought them, of which the answer was no: for those that waited for it.
local refused, refused_count = {}, 0
local REFUSED_FOR = 2

-- Networks that brought made-up cookies, or hung up: each of those costs a question, so that for those
-- who go on with them few are asked for a while. Not none: others may be behind the same address.
local BLAMED_AFTER, BLAMED_FOR, LET_THROUGH = 20, 10, 3
local blamed, blamed_count = {}, 0

-- One cookie of ours in one line, alone or between others: where its value begins and ends, without
-- a look at the others, and what is left. Almost every request is of this kind; a token is long, and
-- to match it character by character costs more than to verify it. Returns nothing where it is not so
-- simple.
local function cut_out(line, at, last)
  last = last + 1
  if line:byte(last) ~= 61 or line:find(COOKIE, last, true) then
    return nil
  end
  local before = at - 1
  while before > 0 and line:byte(before) == 32 do
    before = before - 1
  end
  if before > 0 and line:byte(before) ~= 59 then
    return nil
  end
  local after = line:find(";", last, true)
  local final = after and after - 1 or #line
  local ending = line:byte(final)
  if ending == 32 or ending == 9 then
    return nil
  end
  local rest = ""
  if before > 1 then
    rest = line:sub(1, before - 1) .. (after and line:sub(after) or "")
  elseif after ~= nil then
    rest = line:sub(after + 1):match("[^; ].*") or ""
  end
  return last + 1, final, rest
end

-- The same for whatever a Cookie header may be: a value, what is left, and when a token was refused.
-- What a browser has solved (challenge.lua) is put into a header of its own.
local function pick_out(headers, lines)
  local kept, found, times, again, pass = {}, nil, 0, nil, nil
  for index = 0, lines - 1 do
    for pair in headers:getAtIndex("cookie", index):gmatch("[^;]+") do
      pair = pair:match("%S.*") or ""
      pair = pair:match("^.*%S") or ""
      local name, value = pair:match("^([^=]*)=(.*)$")
      if name == COOKIE then
        found, times = value, times + 1
      elseif name == AGAIN then
        again = tonumber(value) or 0
      elseif name == PASS then
        pass = value
      elseif pair ~= "" and pair:sub(1, #COOKIE) ~= COOKIE and not pair:find(ANYWHERE) then
        kept[#kept + 1] = pair
      end
    end
  end
  if pass ~= nil and #pass <= LONGEST_PASS then
    headers:add("x-ringwall-pass", pass)
  end
  -- A browser has one such cookie a host: two are somebody's trick, and count as none.
  return times == 1 and found or nil, table.concat(kept, "; "), again
end

-- Takes the cookie away; returns the line it stands in, where its value begins and ends there, and,
-- where it is to be renewed whatever its end is, when it was refused, in seconds since 1970.
local function take_cookie(headers)
  local line = headers:get("cookie") -- every line of that name, with commas between them
  local at, last
  if line ~= nil then
    at, last = line:find(COOKIE, 1, true)
  end
  if at == nil then
    return nil
  end
  local lines = headers:getNumValues("cookie")
  if lines == 1 then
    local first, final, rest = cut_out(line, at, last)
    if first ~= nil then
      headers:remove("cookie")
      if rest ~= "" then
        headers:add("cookie", rest)
      end
      return line, first, final
    end
  end
  local value, rest, again = pick_out(headers, lines)
  headers:remove("cookie")
  if rest ~= "" then
    headers:add("cookie", rest)
  end
  return value, 1, value and #value, again
end

-- Takes a header away; returns what stands in it behind `before`, if that is all there is.
local function take_from(headers, name, given, before)
  headers:remove(name)
  local _, last = given:find(before)
  if last == nil or given:find(",", last, true) or given:find(" ", last + 1, true) then
    return nil
  end
  return given:sub(last + 1)
end

-- The token of a key, without the checksum.
local function unsummed(key)
  local sum = key and key:find("~", 1, true)
  if sum == nil then
    return key
  end
  return not key:find("~", sum + 1, true) and key:sub(1, sum - 1) or nil
end

local SCHEME = "^[Bb][Ee][Aa][Rr][Ee][Rr] +"

-- Returns an access token and an API key, at most one of each.
local function take_tokens(headers)
  local token, key, keys = nil, nil, 0
  local given = headers:get("authorization")
  if given ~= nil then
    if given:find(KEY, 1, true) then
      key, keys = take_from(headers, "authorization", given, SCHEME .. "rwk_"), 1
    elseif given:find(ISSUED, 1, true) then
      token = take_from(headers, "authorization", given, SCHEME)
    end
  end
  given = headers:get("x-api-key")
  if given ~= nil and given:find(KEY, 1, true) then
    key, keys = take_from(headers, "x-api-key", given, "^rwk_"), keys + 1
  end
  -- Two keys are a mistake, or somebody's trick, and count as none.
  return token, keys == 1 and unsummed(key) or nil
end

local function remember(secret, value, ends, now)
  if renewed_count >= REMEMBERED then
    renewed, renewed_count = {}, 0
  end
  local before = renewed[secret]
  if before == nil then
    renewed_count = renewed_count + 1
  end
  local since, times = now, 1
  if before ~= nil and now - before.since < AGAIN_EVERY then
    since, times = before.since, before.times + 1
  end
  renewed[secret] = { value = value, ends = ends, at = now, since = since, times = times }
end

-- Whether what was renewed is what a request needs that brings a token which ends at `ends`, or one
-- that was refused at `again`: then it has to be younger than that, unless there were enough of them.
local function serves(known, ends, again, now)
  if known == nil or now >= known.ends - AHEAD then
    return false
  end
  if not again then
    return known.ends > ends
  end
  return now - known.at < AGAIN_EVERY and (known.at >= again or known.times >= AGAIN_TIMES)
end

-- The three parts of a cookie's value, which stands in a line between two places.
local function parse(line, first, final)
  local ends, secret, begins = line:match("^(%d+)%.([%w_-]+)~()", first)
  if begins == nil or begins > final + 1 or #secret ~= SECRET then
    return nil
  end
  local space = line:find(" ", begins, true)
  if space ~= nil and space <= final then
    return nil
  end
  return tonumber(ends), secret, line:sub(begins, final)
end

local function give_cookie(handle, cookie)
  local told = handle:streamInfo():dynamicMetadata()
  told:set("ringwall.session", "cookie", cookie)
  told:set("ringwall.session", "storing", "no-store") -- whatever the service says to caches
end

local ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="

local function delete_cookie(handle)
  give_cookie(handle, COOKIE .. "=" .. ATTRIBUTES .. "0")
end

-- Returns what says that it is this request that asks.
local function begin_asking(secret, now)
  if asking_count >= REMEMBERED then -- of those who hung up nobody tells us that they are done
    asking, asking_count = {}, 0
  end
  if asking[secret] == nil then
    asking_count = asking_count + 1
  end
  local mine = { at = now }
  asking[secret] = mine
  return mine
end

local function end_asking(secret, mine)
  if asking[secret] == mine then -- and nobody has taken over
    asking[secret], asking_count = nil, asking_count - 1
  end
end

local function is_asked(secret, now, patience)
  local found = asking[secret]
  return found ~= nil and now - found.at < patience
end

-- Waits while another request of this worker asks for the same secret, but for no longer than it may
-- take: who asks may have hung up, or the web process be slow, and then one of those that wait takes
-- over, which begins a new wait for the others; two seconds for each at most. Returns the time after
-- that, and whether to go on: no, if others are asking still, or there are too many that wait.
local function wait_for_another(handle, secret, now)
  for _ = 1, PAUSES do
    if not is_asked(secret, now, TAKEN_OVER_AFTER) then
      return now, true
    end
    local answer = handle:httpCall(
      PAUSE, { [":method"] = "GET", [":path"] = "/", [":authority"] = PAUSE }, "", 1000)
    now = handle:timestamp() / 1000
    if answer[":status"] ~= "404" then -- which is all that it ever says
      return now, asking[secret] == nil
    end
  end
  return now, not is_asked(secret, now, TAKEN_OVER_AFTER)
end

local function refuse(who, now)
  if refused_count >= REMEMBERED then
    refused, refused_count = {}, 0
  end
  if refused[who] == nil then
    refused_count = refused_count + 1
  end
  refused[who] = now
end

local function is_refused(who, now)
  return refused[who] ~= nil and now - refused[who] < REFUSED_FOR
end

-- Whom an address counts for: itself, or the /64 of IPv6, which is one customer's (RFC 6177).
local function network_of(address)
  local mapped = fourth_of(address)
  if mapped ~= nil or not address:find(":", 1, true) then
    return mapped or address
  end
  local groups = groups_of(address)
  for index = 1, 4 do
    groups[index] = ("%x"):format(tonumber(groups[index], 16) or 0)
  end
  return table.concat(groups, ":", 1, 4) .. "::/64"
end

-- Counts a question before it is asked: whoever hangs up never comes back here. Returns what is given
-- back when the answer is good.
local function blame(network, now)
  if blamed_count >= REMEMBERED then
    blamed, blamed_count = {}, 0
  end
  local found = blamed[network]
  if found == nil then
    blamed_count = blamed_count + 1
  end
  if found == nil or now - found.since >= BLAMED_FOR then
    found = { times = 0, since = now, second = 0, through = 0 }
    blamed[network] = found
  end
  found.times = found.times + 1
  return found
end

local function excuse(found)
  found.times = found.times - 1 -- each was counted in the same, so that it is never below zero
end

-- Whether a network may have the web process asked; each yes counts, where few are let through.
local function may_ask(network, now)
  local found = blamed[network]
  if found == nil or found.times < BLAMED_AFTER or now - found.since >= BLAMED_FOR then
    return true
  end
  local second = math.floor(now)
  if found.second ~= second then
    found.second, found.through = second, 0
  end
  found.through = found.through + 1
  return found.through <= LET_THROUGH
end

-- Says that a refusal is final: there is no younger token to be had.
local function be_final(handle)
  handle:headers():add("x-ringwall-again", "1")
end

-- Whether a route is for everybody, and only who is known is spared what holds for strangers.
local function is_open(handle)
  return handle:metadata():get("open") == true
end

-- What there is for a request whose token nobody can renew now.
local function do_without(handle, token, ends, again, now)
  if again then
    be_final(handle)
  end
  if now < ends then
    handle:headers():add("x-ringwall-token", token)
  elseif not is_open(handle) then
    handle:respond({ [":status"] = "503", ["retry-after"] = "1" }, "503 Service Unavailable\n")
  end
end

-- Shows what was renewed instead of what the request brought.
local function show(handle, known)
  local _, _, token = parse(known.value, 1, #known.value)
  handle:headers():add("x-ringwall-token", token)
end

function ringwall_renew(handle)
  local headers = handle:headers()
  local line, first, final, again = take_cookie(headers)
  local access, key = take_tokens(headers)
  if access ~= nil then
    headers:add("x-ringwall-access", access)
  end
  if key ~= nil then
    headers:add("x-ringwall-key", key)
  end
  if line == nil then
    return
  end
  local ends, secret, token = parse(line, first, final)
  if ends == nil then
    return
  end
  local now = handle:timestamp() / 1000
  if not again and now < ends - AHEAD then
    headers:add("x-ringwall-token", token)
    return
  end
  local known = renewed[secret]
  if serves(known, ends, again, now) then
    if again and known.times >= AGAIN_TIMES then
      be_final(handle)
    end
    return show(handle, known)
  end
  if not again and now < ends and is_asked(secret, now, HOLDS_FOR) then
    headers:add("x-ringwall-token", token)
    return
  end
  local address = handle:streamInfo():downstreamRemoteAddress():match("^%[?(.-)%]?:%d+$") or ""
  local who, network = secret .. " " .. address, network_of(address)
  if is_refused(who, now) then -- just now: what comes a moment later need not ask again
    return delete_cookie(handle)
  end
  if not may_ask(network, now) then
    return do_without(handle, token, ends, again, now)
  end
  if asking[secret] ~= nil then
    local goes_on
    now, goes_on = wait_for_another(handle, secret, now)
    local fresh = renewed[secret]
    if fresh ~= nil and fresh ~= known and now < fresh.ends - AHEAD then
      return show(handle, fresh)
    end
    if is_refused(who, now) then
      return delete_cookie(handle)
    end
    if not goes_on then
      return do_without(handle, token, ends, again, now)
    end
  end
  local mine, counted = begin_asking(secret, now), blame(network, now)
  local answer, body = handle:httpCall(WEB, {
    [":method"] = "POST",
    [":path"] = "/.ringwall/renew",
    [":authority"] = handle:headers():get(":authority"), -- what was taken before a wait is not valid
    ["x-forwarded-proto"] = "https",
    ["x-ringwall-secret"] = secret,
    ["x-ringwall-address"] = address,
  }, "", 4000)
  end_asking(secret, mine)
  local status = answer[":status"]
  if status == "401" then
    refuse(who, now)
    return delete_cookie(handle)
  end
  excuse(counted)
  local until_then, _, fresh = nil, nil, nil
  if status == "200" then
    until_then, _, fresh = parse(body, 1, #body)
  end
  if until_then == nil then
    return do_without(handle, token, ends, again, now)
  end
  remember(secret, body, until_then, now)
  if again then
    be_final(handle)
  end
  handle:headers():add("x-ringwall-token", fresh)
  give_cookie(handle, COOKIE .. "=" .. body .. ATTRIBUTES .. (answer["x-ringwall-life"] or "0"))
end

function ringwall_strip(handle)
  local headers = handle:headers()
  take_cookie(headers)
  take_tokens(headers)
end
