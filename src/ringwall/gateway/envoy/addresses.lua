-- What scripts of requests make of addresses; stands before each of them that asks.

-- The IPv4 address that an IPv6 one stands for (RFC 4291 section 2.5.5.2); nil where it is none such.
local function fourth_of(address)
  return address:match("^::[fF][fF][fF][fF]:(%d+%.%d+%.%d+%.%d+)$")
end

-- The groups of an IPv6 address as they are written, with a "0" for each that `::` leaves out.
local function groups_of(address)
  local before, after = address:match("^(.-)::(.*)$")
  local groups, last = {}, {}
  for group in (before or address):gmatch("[^:]+") do
    groups[#groups + 1] = group
  end
  for group in (after or ""):gmatch("[^:]+") do
    last[#last + 1] = group
  end
  for _ = 1, 8 - #groups - #last do
    groups[#groups + 1] = "0"
  end
  for _, group in ipairs(last) do
    groups[#groups + 1] = group
  end
  return groups
end

