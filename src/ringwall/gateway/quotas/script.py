"""The arithmetic of ``buckets`` in Lua, run by Redis: all that is asked at a time, at one go.

The time is that of Redis, so that edges whose clocks differ agree. What is kept of a bucket goes by
itself once it is full. Whatever else stands under its key, of another type or no level, is a full
bucket, and is written over.
"""

from collections.abc import Sequence
from hashlib import sha1
from typing import Final

from ringwall.gateway.quotas import resp
from ringwall.gateway.quotas.buckets import AHEAD, Pour

REDIS_CLOCK: Final = """\
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
"""

_BODY: Final = """\
local waits, key, arg = {}, 1, 1

local function level(place, drain, room)
  local kept = redis.pcall('GET', place)
  if type(kept) ~= 'string' then return 0, now, false end
  local debt, since = string.match(kept, '^(%d+) (%d+)$')
  if not debt then return 0, now, false end
  debt, since = math.min(tonumber(debt), room), tonumber(since)
  if since - now > AHEAD then return debt, now, true end
  if since >= now then return debt, since, false end
  return math.max(0, debt - drain * (now - since)), now, false
end

local function keep(place, debt, since, drain)
  local lasts = math.ceil((debt / drain + since - now) / 1000) + 1
  redis.call('SET', place, string.format('%.0f %.0f', debt, since),
    'PX', string.format('%.0f', lasts))
end

while arg <= #ARGV do
  local many, longest, found = tonumber(ARGV[arg]), 0, {}
  for one = 1, many do
    local at = arg + 3 * (one - 1)
    local drain, cost, room = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local debt, since, ahead = level(KEYS[key + one - 1], drain, room)
    if debt + cost > room then
      longest = math.max(longest, math.ceil((debt + cost - room) / drain))
    end
    found[one] = {KEYS[key + one - 1], debt, since, drain, cost, ahead}
  end
  for _, one in ipairs(found) do
    if longest == 0 then
      keep(one[1], one[2] + one[5], one[3], one[4])
    elseif one[6] then
      keep(one[1], one[2], one[3], one[4])
    end
  end
  waits[#waits + 1] = string.format('%.0f', longest)
  key, arg = key + many, arg + 1 + 3 * many
end
return table.concat(waits, ' ')
"""


def script(clock: str = REDIS_CLOCK) -> bytes:
    """The script; ``clock`` sets ``now``, in microseconds."""
    return (clock + _BODY.replace("AHEAD", str(AHEAD))).encode()


SCRIPT: Final = script()
SHA: Final = sha1(SCRIPT, usedforsecurity=False).hexdigest().encode()
"""By which Redis knows it (EVALSHA)."""


class Encoded:
    """What one request takes, ready to be sent: worked out once for requests that are alike."""

    __slots__ = ("arguments", "keys", "many")

    def __init__(self, pours: Sequence[Pour]) -> None:
        self.many = len(pours)
        self.keys = resp.strings([one.key.encode() for one in pours])
        numbers = [self.many, *(n for one in pours for n in (one.drain, one.cost, one.room))]
        self.arguments = resp.strings([b"%d" % number for number in numbers])


def call(batch: Sequence[Encoded]) -> bytes:
    """The command that takes it all; its reply is for :func:`waits`."""
    keys = sum(one.many for one in batch)
    words = 3 + keys + sum(1 + 3 * one.many for one in batch)
    head = b"*%d\r\n" % words + resp.strings((b"EVALSHA", SHA, b"%d" % keys))
    return b"".join((head, *(one.keys for one in batch), *(one.arguments for one in batch)))


def waits(reply: resp.Reply, many: int) -> list[int]:
    """For each request the microseconds it has to wait, 0 for what was given.

    Raises :class:`~ringwall.gateway.quotas.resp.GarbledError` for a reply to anything else.
    """
    try:
        found = [int(word) for word in reply.split()] if isinstance(reply, bytes) else []
    except ValueError:
        found = []
    if len(found) != many:
        raise resp.GarbledError
    return found
