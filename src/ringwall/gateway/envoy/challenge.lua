-- Asks anonymous browsers for a proof of work before they come in. On only while an attack is under way.
--
-- Nothing is remembered of anybody but proofs that were right. A browser that navigates gets a page with
-- a seed, which says for which network, host and time it is and which only the edge can make; it looks for
-- a number such that SHA-256 over both begins with enough zero bits (as hashcash does), puts that into a
-- cookie and asks again. The cookie says everything that it takes to check it:
--
--     1.<issued, seconds since 1970>.<zero bits>.<number>
--
-- Whoever sends a request chooses what is matched here: every pattern takes time in proportion to the
-- length, and the table has a bound.

local COOKIE = "__Host-ringwall-pass"
-- These two lines change while the script is in use. Salts: since when, in seconds since 1970, and 32 hex
-- digits; the newest first.
local SALTS = {}
local BITS, LEAST, MOST = 0, 0, 0
local LASTS = @LASTS@ -- seconds
local HOSTS = @HOSTS@ -- nil for all
local EXEMPT = { @EXEMPT@ } -- networks, as their leading bits
local AHEAD = 5 -- seconds by which clocks of several edges may differ
local REMEMBERED = 10000

local bit = require("bit")
local band, bnot, bxor, ror, rshift, tobit, tohex =
  bit.band, bit.bnot, bit.bxor, bit.ror, bit.rshift, bit.tobit, bit.tohex

-- FIPS 180-4. The constants (section 4.2.2) are made from the primes: a table of 64 can have a slip.
local K, START = {}, {}
do
  local found, candidate = 0, 2
  local function fraction(root)
    return tobit(math.floor((root - math.floor(root)) * 4294967296))
  end
  -- A root as a double has 50 bits or so behind the point where 32 are needed.
  while found < 64 do
    local prime = true
    for divisor = 2, math.floor(math.sqrt(candidate)) do
      if candidate % divisor == 0 then
        prime = false
        break
      end
    end
    if prime then
      found = found + 1
      local cube = candidate ^ (1 / 3)
      cube = cube - (cube * cube * cube - candidate) / (3 * cube * cube)
      K[found] = fraction(cube)
      if found <= 8 then
        START[found] = fraction(math.sqrt(candidate))
      end
    end
    candidate = candidate + 1
  end
end

local W = {}

local function compress(state, text, at)
  for t = 1, 16 do
    local a, b, c, d = text:byte(at, at + 3)
    W[t] = tobit(a * 16777216 + b * 65536 + c * 256 + d)
    at = at + 4
  end
  for t = 17, 64 do
    local x, y = W[t - 15], W[t - 2]
    local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
    local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
    W[t] = tobit(W[t - 16] + s0 + W[t - 7] + s1)
  end
  local a, b, c, d = state[1], state[2], state[3], state[4]
  local e, f, g, h = state[5], state[6], state[7], state[8]
  for t = 1, 64 do
    local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
    local t1 = tobit(h + s1 + bxor(band(e, f), band(bnot(e), g)) + K[t] + W[t])
    local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
    local t2 = tobit(s0 + bxor(band(a, b), band(a, c), band(b, c)))
    h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
  end
  state[1], state[2] = tobit(state[1] + a), tobit(state[2] + b)
  state[3], state[4] = tobit(state[3] + c), tobit(state[4] + d)
  state[5], state[6] = tobit(state[5] + e), tobit(state[6] + f)
  state[7], state[8] = tobit(state[7] + g), tobit(state[8] + h)
end

-- The eight words of SHA-256 over a text.
local function sha256(text)
  local length = #text
  local padded = text .. "\128" .. ("\0"):rep((55 - length) % 64)
  local low, high = (length * 8) % 4294967296, math.floor(length / 536870912)
  for _, word in ipairs({ high, low }) do
    for shift = 24, 0, -8 do
      padded = padded .. string.char(band(rshift(word, shift), 255))
    end
  end
  local state = {}
  for index = 1, 8 do
    state[index] = START[index]
  end
  for at = 1, #padded, 64 do
    compress(state, padded, at)
  end
  return state
end

local function hex(words)
  for index = 1, 8 do
    words[index] = tohex(words[index])
  end
  return table.concat(words)
end

local function begins_with_zeros(words, bits)
  return words[1] == 0 and bits >= 32 or bits < 32 and rshift(words[1], 32 - bits) == 0
end

-- The bits of an address as digits, 32 or 128 of them; nil where it is none.
local function bits_of(address)
  local found = {}
  local function put(number, count)
    for place = count - 1, 0, -1 do
      found[#found + 1] = band(rshift(number, place), 1)
    end
  end
  local last4 = fourth_of(address) or address
  local a, b, c, d = last4:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if a ~= nil then
    for _, one in ipairs({ a, b, c, d }) do
      put(tonumber(one), 8)
    end
    return table.concat(found)
  end
  if not address:find(":", 1, true) then
    return nil
  end
  local groups = groups_of(address)
  for index = 1, 8 do
    local number = tonumber(groups[index] or "", 16)
    if number == nil then
      return nil
    end
    put(number, 16)
  end
  return table.concat(found)
end

-- The network that a pass is for: whoever has other addresses of it goes on with theirs.
local function network_of(bits)
  return #bits == 32 and bits:sub(1, 24) or bits:sub(1, 48)
end

local function is_exempt(bits)
  for _, leading in ipairs(EXEMPT) do
    if #leading[1] <= #bits and leading[2] == #bits and bits:sub(1, #leading[1]) == leading[1] then
      return true
    end
  end
  return false
end

local function salt_at(time)
  for _, one in ipairs(SALTS) do
    if one[1] <= time then
      return one[2]
    end
  end
  return nil
end

-- What the number is to be found for. The salt stands at both ends: of SHA-256 over what begins with a
-- secret, others could make that of a longer text.
local function seed_of(salt, issued, bits, network, host)
  return hex(sha256(salt .. "|" .. bits .. "|" .. network .. "|" .. host .. "|" .. issued .. "|" .. salt))
end

local passed, passed_count = {}, 0

-- Whether a pass is one for this network and host and for now.
local function holds(pass, network, host, now)
  if pass == nil or #pass > 64 then
    return false
  end
  local who = pass .. "|" .. network .. "|" .. host
  local ends = passed[who]
  if ends ~= nil then
    return now < ends
  end
  local issued, bits, number = pass:match("^1%.(%d+)%.(%d%d)%.(%d+)$")
  if issued == nil or #issued > 10 or #number > 16 then
    return false
  end
  local time, zeros = tonumber(issued), tonumber(bits)
  if time > now + AHEAD or now >= time + LASTS or zeros < LEAST or zeros > MOST then
    return false
  end
  local salt = salt_at(time)
  if salt == nil then
    return false
  end
  local seed = seed_of(salt, issued, bits, network, host)
  if not begins_with_zeros(sha256(seed .. number), zeros) then
    return false
  end
  if passed_count >= REMEMBERED then
    passed, passed_count = {}, 0
  end
  passed[who], passed_count = time + LASTS, passed_count + 1
  return true
end

-- The pass that a request brings: what the filter before has put into a header, or the cookie. Other cookies
-- of ours are left on the host of sign-in alone, which nobody but itself can judge: they free from nothing.
local function shown(headers)
  local given = headers:get("x-ringwall-pass")
  if given ~= nil then
    return given
  end
  local line = headers:get("cookie")
  if line == nil or not line:find("__Host-ringwall", 1, true) then
    return nil
  end
  local pass
  for name, value in line:gmatch("([^=;, ]+)=([^;, ]*)") do
    if name == COOKIE then
      pass = value
    end
  end
  return pass
end

-- A browser that goes to a page, by fetch metadata. Old ones have none, as programs: those that read feeds
-- or ask for data want something else first, and those that watch or index sites say what they are.
local function is_navigation(headers)
  if headers:get(":method") ~= "GET" then
    return false
  end
  local mode = headers:get("sec-fetch-mode")
  if mode ~= nil then
    return mode == "navigate" and headers:get("sec-fetch-dest") == "document"
  end
  local accept, agent = headers:get("accept") or "", headers:get("user-agent") or ""
  return accept:sub(1, 9) == "text/html" and agent:sub(1, 8) == "Mozilla/"
    and not agent:find("(compatible;", 1, true) and not accept:find("rss", 1, true) and not accept:find("atom", 1, true)
end

-- What is never asked for a pass: what belongs to the edge itself, and what machines read.
local function is_vital(path)
  return path:sub(1, 11) == "/.ringwall/" or path:sub(1, 13) == "/.well-known/"
    or path:match("^[^?]*") == "/robots.txt"
end

function ringwall_challenge(handle)
  local headers = handle:headers()
  if headers:get("x-ringwall-user") ~= nil then
    return
  end
  local host = (headers:get(":authority") or ""):lower():gsub(":%d+$", "")
  if HOSTS ~= nil and not HOSTS[host] and not HOSTS["*." .. (host:match("^[^.]+%.(.*)$") or "")] then
    return
  end
  local pass = shown(headers)
  local navigates = is_navigation(headers)
  if pass == nil and not navigates then
    return
  end
  local address = handle:streamInfo():downstreamRemoteAddress():match("^%[?(.-)%]?:%d+$") or ""
  local bits = bits_of(address)
  if bits == nil then
    return
  end
  local now, network = handle:timestamp() / 1000, network_of(bits)
  if holds(pass, network, host, now) then
    headers:add("x-ringwall-passed", "1")
    return
  end
  if not navigates or is_exempt(bits) or is_vital(headers:get(":path") or "") then
    return
  end
  local salt, issued = salt_at(now), ("%d"):format(now)
  if salt == nil then
    return
  end
  local needed = ("%02d"):format(BITS)
  headers:add("x-ringwall-challenge", seed_of(salt, issued, needed, network, host) .. "." .. issued .. "." .. needed)
  handle:respond({ [":status"] = "503", ["retry-after"] = "10" }, "")
end
