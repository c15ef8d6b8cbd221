"""Terraform's functions, as far as they depend on nothing but what they are given.

By developer.hashicorp.com/terraform/language/functions. Where an argument is not known, neither is
what comes out, but for functions that only put things together.
"""

import base64
import csv
import gzip
import hashlib
import io
import ipaddress
import json
import math
import re
import uuid
import zlib
from collections.abc import Callable, Iterator
from itertools import islice, product
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

import re2

from ringwall.posture.code.terraform.bounds import (
    ITEMS,
    TEXT,
    TooMuchError,
    fitting,
    room,
    spend,
)
from ringwall.posture.code.terraform.times import formatdate, timeadd, timecmp
from ringwall.posture.code.terraform.values import (
    ExpressionError,
    PartialBase64,
    PartialText,
    SetOf,
    as_json,
    first_unknown,
    from_json,
    joined,
    number_of,
    text_of,
)
from ringwall.posture.snapshot.partial import Assumed, Unknown

FILES: Final = frozenset(
    {"file", "templatefile", "fileexists", "fileset", "filebase64", "abspath", "pathexpand",
     "filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256", "filebase64sha512",
     "templatestring"}
)  # fmt: skip
NEVER_KNOWN: Final = frozenset(
    {"timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "ephemeralasnull"}
)
_EACH_WITH_EACH: Final = frozenset({"setintersection", "setsubtract", "matchkeys"})
"""What compares items of lists with items of others."""
_TO_BASE64: Final = frozenset({"base64encode", "base64gzip"})
_WIDEST: Final = 10_000
_LARGEST_YAML: Final = 1024 * 1024
_ENCODINGS: Final = {
    "UTF-8": "utf-8",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
    "ISO-8859-1": "iso-8859-1",
    "US-ASCII": "ascii",
    "WINDOWS-1252": "cp1252",
}
_GZIP: Final = 31
"""What zlib calls that form, of any window."""
Special = Callable[[str, list[Any]], Any]


def call(name: str, arguments: list[Any], special: Special) -> Any:
    """What a function gives; ``ExpressionError`` where it cannot."""
    name = name.removeprefix("core::")
    if name in FILES:
        return special(name, arguments)
    if name in NEVER_KNOWN:
        return Unknown(f"{name}() is known only once Terraform runs")
    gathers = _GATHERING.get(name)
    function = gathers or _FUNCTIONS.get(name)
    if function is None:
        return Unknown(f"the function {name} is not supported")
    if gathers is None:
        unknown = first_unknown(arguments)
        if unknown is not None:
            if name in _TO_BASE64 and isinstance(unknown, PartialText):
                return PartialBase64(unknown.why, unknown)
            return Unknown(unknown.why)
    if name in _EACH_WITH_EACH:
        spend(math.prod(len(one) for one in arguments if isinstance(one, list)) * len(arguments))
    try:
        return fitting(function(*arguments))
    except ExpressionError:
        raise
    except (
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        re2.error,
        OverflowError,
    ) as error:
        raise ExpressionError(f"{name} cannot be used so: {error}") from error


def _unknown_of(*several: Any) -> Unknown | None:
    return next((Unknown(one.why) for one in several if isinstance(one, Unknown)), None)


def _merge(*maps: Any) -> Any:
    found: dict[str, Any] = {}
    for one in maps:
        if isinstance(one, Unknown):
            return Unknown(one.why)
        spend(len(one or ()))
        found |= one or {}
    return found


def _concat(*lists: Any) -> Any:
    unknown = _unknown_of(*lists)
    if unknown is None:
        spend(sum(map(len, lists)))
    return unknown or [one for some in lists for one in some]


def _flatten(value: Any) -> Any:
    if isinstance(value, Unknown):
        return Unknown(value.why)
    found: list[Any] = []
    for one in value:
        spend()
        if isinstance(one, Unknown):
            return Unknown(one.why)
        found += _flatten(one) if isinstance(one, list) else [one]
    return found


def _coalesce(*values: Any) -> Any:
    for one in values:
        if isinstance(one, Unknown) or (one is not None and one != ""):
            return one
    raise ExpressionError("coalesce was given nothing but null and empty texts")


def _coalescelist(*values: Any) -> Any:
    for one in values:
        if isinstance(one, Unknown) or one:
            return one
    raise ExpressionError("coalescelist was given nothing but empty lists")


def _lookup(on: Any, key: Any, *default: Any) -> Any:
    unknown = _unknown_of(on, key)
    if unknown:
        return unknown
    if key in on:
        return on[key]
    if default:
        return default[0]
    raise ExpressionError(f"the object has no {key}")


def _length(value: Any) -> Any:
    return _unknown_of(value) or len(value)


def _list(value: Any) -> Any:
    unknown = _unknown_of(value)
    return unknown or (list(value.values()) if isinstance(value, dict) else list(value))


def set_of(value: Any) -> Any:
    """A set of these, in its own order; two of which nobody knows what they are may differ."""
    found = _distinct(value)
    if isinstance(found, list):
        is_ordered = any(all(isinstance(one, kind) for one in found) for kind in (str, int | float))
        return SetOf(sorted(found) if is_ordered else found)
    return found


def _distinct(value: Any) -> Any:
    if isinstance(value, Unknown):
        return Unknown(value.why)
    found: list[Any] = []
    for one in value:
        spend(1 + len(found) // 64)
        if isinstance(one, Unknown) or one not in found:
            found.append(one)
    return found


def _element(on: Any, at: Any) -> Any:
    return _unknown_of(on, at) or on[int(at) % len(on)]


def _one(on: Any) -> Any:
    unknown = _unknown_of(on)
    if unknown or not isinstance(on, list):
        return unknown or on
    if len(on) > 1:
        raise ExpressionError(f"one was given {len(on)}")
    return on[0] if on else None


def _contains(on: Any, value: Any) -> Any:
    unknown = _unknown_of(on, value)
    if unknown:
        return unknown
    if any(not isinstance(one, Unknown) and one == value for one in on):
        return True
    return _unknown_of(*on) or False


def _join(between: Any, *lists: Any) -> Any:
    unknown = _unknown_of(between, *lists)
    if unknown:
        return unknown
    parts: list[str | Unknown] = []
    for one in (one for some in lists for one in some):
        parts += [between, text_of(one)]
    return joined(parts[1:])


_VERB: Final = re.compile(r"%(?:\[(\d+)\])?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def _format(spec: Any, *arguments: Any) -> Any:
    if isinstance(spec, Unknown):
        return Unknown(spec.why)
    parts: list[str | Unknown] = []
    at = taken = 0
    for verb in _VERB.finditer(spec):
        parts.append(spec[at : verb.start()])
        at = verb.end()
        which, flags, width, precision, kind = verb.groups()
        if kind == "%":
            parts.append("%")
            continue
        position = int(which) - 1 if which else taken
        taken = position + 1
        parts.append(_formatted(arguments[position], flags, width, precision, kind))
    parts.append(spec[at:])
    return joined(parts)


def _formatted(value: Any, flags: str, width: str | None, precision: str | None, kind: str) -> Any:
    if isinstance(value, Unknown):
        return value
    if kind in "sv":
        text = text_of(value) if not isinstance(value, list | dict) else as_json(value)
        return text if isinstance(text, Unknown) else f"%{flags}{_width(width)}s" % text
    if kind == "q":
        return json.dumps(text_of(value))
    if kind == "t":
        return text_of(value)
    shown = f"%{flags}{_width(width)}{f'.{_width(precision)}' if precision else ''}{kind}"
    number = float(value) if kind in "eEfFgG" else int(value)
    return shown % number


def _width(digits: str | None) -> str:
    if digits and (len(digits) > len(str(_WIDEST)) or int(digits) > _WIDEST):
        raise TooMuchError(f"format fills up to {_WIDEST} characters at the most")
    return digits or ""


def _formatlist(spec: str, *arguments: Any) -> Any:
    unknown = _unknown_of(*arguments)
    if unknown:
        return unknown
    count = max((len(one) for one in arguments if isinstance(one, list)), default=1)
    return [
        _format(spec, *(one[at] if isinstance(one, list) else one for one in arguments))
        for at in range(count)
    ]


def _map_of(value: Any) -> Any:
    return _unknown_of(value) or dict(value)


def _cidrsubnet(prefix: str, bits: Any, number: Any) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    longer = network.prefixlen + int(bits)
    if longer > network.max_prefixlen or not 0 <= int(number) < 2 ** int(bits):
        raise ExpressionError(f"{prefix} has no subnet {number} with {bits} more bits")
    base = int(network.network_address) + (int(number) << (network.max_prefixlen - longer))
    return f"{type(network.network_address)(base)}/{longer}"


def _cidrsubnets(prefix: str, *bits: Any) -> list[str]:
    network = ipaddress.ip_network(prefix, strict=False)
    at, found = int(network.network_address), []
    for one in bits:
        longer = network.prefixlen + int(one)
        size = 1 << (network.max_prefixlen - longer)
        at = -(-at // size) * size
        if at + size > int(network.broadcast_address) + 1:
            raise ExpressionError(f"{prefix} has no room for these subnets")
        found.append(f"{type(network.network_address)(at)}/{longer}")
        at += size
    return found


def _cidrhost(prefix: str, number: Any) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    if not -network.num_addresses <= int(number) < network.num_addresses:
        raise ExpressionError(f"{prefix} has no host {number}")
    return str(network[int(number)])


def _replace(text: str, what: str, by: str) -> str:
    if len(what) > 1 and what[0] == what[-1] == "/":
        _require_room(re2.finditer(what[1:-1], text), text, by)
        return str(re2.sub(what[1:-1], re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", by), text))
    room(len(text) + text.count(what) * len(by))
    return text.replace(what, by)


def _require_room(matches: Iterator[Any], text: str, by: str) -> None:
    """That what is put in place of matches, which may hold all of each, is not too long."""
    count = held = 0
    for one in matches:
        spend()
        count, held = count + 1, held + len(one.group())
        room(len(text) + count * len(by) + held * by.count("$"))


def _regex(pattern: str, text: str) -> Any:
    found = re2.search(pattern, text)
    if found is None:
        raise ExpressionError(f"{pattern} is not found")
    return found.groupdict() or list(found.groups()) or found.group()


def _regexall(pattern: str, text: str) -> Any:
    matches = islice(re2.finditer(pattern, text), ITEMS + 1)
    return [one.groupdict() or list(one.groups()) or one.group() for one in matches]


def _substr(text: str, at: Any, length: Any) -> str:
    at, length = int(at), int(length)
    at = at if at >= 0 else max(len(text) + at, 0)
    return text[at:] if length < 0 else text[at : at + length]


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ExpressionError("a truth value is no number")
    if value is None or isinstance(value, int | float):
        return value
    return number_of(value)


def _bool(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}[value]


def _range(*values: Any) -> list[Any]:
    start, stop = (0, values[0]) if len(values) == 1 else values[:2]
    step = values[2] if len(values) == 3 else 1 if stop >= start else -1
    if not step:
        raise ExpressionError("range cannot go on by 0")
    some = range(int(start), int(stop), int(step))
    if not -1 <= (stop - start) / step <= 1024:
        raise ExpressionError("range gives more than 1024 numbers")
    return list(some)


def _setproduct(*sets: list[Any]) -> Any:
    if math.prod(map(len, sets)) > 100_000:
        raise TooMuchError("setproduct gives more than 100000")
    return [list(one) for one in product(*sets)]


def _transpose(value: dict[str, list[str]]) -> Any:
    found: dict[str, list[str]] = {}
    for key, some in value.items():
        for one in some:
            found.setdefault(one, []).append(key)
    return found


def _chunklist(value: list[Any], size: Any) -> Any:
    return [value[at : at + int(size)] for at in range(0, len(value), int(size))]


def _yamldecode(text: str) -> Any:
    import yaml  # noqa: PLC0415 - few modules need it

    if len(text) > _LARGEST_YAML:
        raise TooMuchError(f"it is YAML of more than {_LARGEST_YAML:,} characters")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ExpressionError(f"it is no YAML: {error}") from error


def _csvdecode(text: str) -> list[dict[str, str]]:
    try:
        rows = [one for one in csv.reader(io.StringIO(text, newline=""), strict=True) if one]
    except csv.Error as error:
        raise ExpressionError(f"it is no CSV: {error}") from error
    if not rows:
        raise ExpressionError("it has no line that names its columns")
    names, *lines = rows
    if len(set(names)) < len(names):
        raise ExpressionError("it has two columns of one name")
    spend(len(names) * len(lines))
    return [dict(zip(names, one, strict=True)) for one in lines]


def _encoding(name: str) -> str:
    found = _ENCODINGS.get(name.upper())
    if found is None:
        raise ExpressionError(f"the encoding {name[:40]} is not supported")
    return found


def _gzipped(text: str) -> str:
    """What has the text in it: other programs compress otherwise, so nobody compares it."""
    return Assumed(base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode())


def _gunzipped(text: str) -> str:
    plain = zlib.decompressobj(_GZIP)
    try:
        found = plain.decompress(base64.b64decode(text, validate=True), TEXT)
    except zlib.error as error:
        raise ExpressionError(f"it is not compressed by gzip: {error}") from error
    if plain.unconsumed_tail:
        raise TooMuchError(f"it is a text of more than {TEXT:,} characters")
    return found.decode()


def _cidrcontains(prefix: str, other: str) -> bool:
    network, within = (ipaddress.ip_network(one, strict=False) for one in (prefix, other))
    if network.version != within.version:
        return False
    first, last = (int(one) for one in (within.network_address, within.broadcast_address))
    return int(network.network_address) <= first and last <= int(network.broadcast_address)


def _uuidv5(namespace: str, name: str) -> str:
    named = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    return str(uuid.uuid5(named.get(namespace) or uuid.UUID(namespace), name))


def _arn_parse(arn: str) -> dict[str, str]:
    start, *parts = arn.split(":", 5)
    if start != "arn" or len(parts) != len(_ARN):
        raise ExpressionError(f"{arn[:80]!r} is no ARN")
    return dict(zip(_ARN, parts, strict=True))


def _hash(kind: str, *, is_base64: bool = False) -> Callable[[str], str]:
    def made(text: str) -> str:
        found = hashlib.new(kind, text.encode(), usedforsecurity=False)
        return base64.b64encode(found.digest()).decode() if is_base64 else found.hexdigest()

    return made


def _split(between: str, text: str) -> list[str]:
    if between and text.count(between) >= ITEMS:
        raise TooMuchError(f"it has more than {ITEMS:,} items")
    return text.split(between) if text else [""]


def _index_of(value: list[Any], one: Any) -> int:
    return value.index(one)


def _indent(spaces: Any, text: str) -> str:
    room(len(text) + text.count("\n") * max(0, int(spaces)))
    return text.replace("\n", "\n" + " " * int(spaces))


_ARN: Final = ("partition", "service", "region", "account_id", "resource")
_GATHERING: Final[dict[str, Callable[..., Any]]] = {
    "merge": _merge,
    "concat": _concat,
    "flatten": _flatten,
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "lookup": _lookup,
    "length": _length,
    "tolist": _list,
    "toset": set_of,
    "distinct": _distinct,
    "tomap": _map_of,
    "element": _element,
    "one": _one,
    "contains": _contains,
    "join": _join,
    "format": _format,
    "formatlist": _formatlist,
    "jsonencode": as_json,
    "jsondecode": from_json,
    "keys": lambda value: _unknown_of(value) or sorted(value),
    "values": lambda value: _unknown_of(value) or [value[key] for key in sorted(value)],
    "zipmap": lambda keys, values: (
        _unknown_of(keys, values) or _unknown_of(*keys) or dict(zip(keys, values, strict=True))
    ),
    "list": lambda *values: list(values),
    "map": lambda *values: dict(zip(values[::2], values[1::2], strict=True)),
    "tostring": lambda value: value if value is None else text_of(value),
    "sensitive": lambda value: value,
    "nonsensitive": lambda value: value,
    "ephemeral": lambda value: value,
    "slice": lambda value, start, end: (
        _unknown_of(value, start, end) or value[int(start) : int(end)]
    ),
    "reverse": lambda value: _unknown_of(value) or value[::-1],
    "provider::aws::arn_build": lambda *parts: _join(":", ["arn", *parts]),
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "tonumber": _number,
    "tobool": _bool,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
    "cidrhost": _cidrhost,
    "cidrnetmask": lambda prefix: str(ipaddress.ip_network(prefix, strict=False).netmask),
    "replace": _replace,
    "regex": _regex,
    "regexall": _regexall,
    "substr": _substr,
    "range": _range,
    "setproduct": _setproduct,
    "transpose": _transpose,
    "chunklist": _chunklist,
    "yamldecode": _yamldecode,
    "yamlencode": lambda value: json.dumps(value, ensure_ascii=False),
    "indent": _indent,
    "index": _index_of,
    "lower": str.lower,
    "upper": str.upper,
    "title": lambda text: re.sub(r"\b\w", lambda one: one.group().upper(), text),
    "trimspace": str.strip,
    "trim": lambda text, signs: text.strip(signs),
    "trimprefix": lambda text, prefix: text.removeprefix(prefix),
    "trimsuffix": lambda text, suffix: text.removesuffix(suffix),
    "chomp": lambda text: text.rstrip("\r\n"),
    "split": _split,
    "startswith": lambda text, one: text.startswith(one),
    "endswith": lambda text, one: text.endswith(one),
    "strcontains": lambda text, one: one in text,
    "strrev": lambda text: text[::-1],
    "compact": lambda value: [one for one in value if one],
    "sort": lambda value: sorted(map(str, value)),
    "max": lambda *values: max(map(_number, values)),
    "min": lambda *values: min(map(_number, values)),
    "abs": lambda value: abs(_number(value)),
    "ceil": math.ceil,
    "floor": math.floor,
    "pow": lambda base, power: float(base) ** power,
    "log": math.log,
    "signum": lambda value: (value > 0) - (value < 0),
    "parseint": lambda text, base: int(text, int(base)),
    "sum": lambda value: sum(map(_number, value)),
    "alltrue": lambda value: all(map(_bool, value)),
    "anytrue": lambda value: any(map(_bool, value)),
    "setunion": lambda *sets: set_of([one for some in sets for one in some]),
    "setintersection": lambda first, *sets: set_of(
        [one for one in first if all(one in some for some in sets)]
    ),
    "setsubtract": lambda first, second: set_of([one for one in first if one not in second]),
    "matchkeys": lambda values, keys, wanted: [
        one for one, key in zip(values, keys, strict=True) if key in wanted
    ],
    "basename": lambda path: path.rstrip("/").rpartition("/")[2],
    "dirname": lambda path: path.rpartition("/")[0] or ".",
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64decode": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlencode": lambda text: quote_plus(text, safe="~"),
    "urldecode": unquote_plus,
    "base64gzip": _gzipped,
    "base64gunzip": _gunzipped,
    "textencodebase64": lambda text, encoding: base64.b64encode(
        text.encode(_encoding(encoding))
    ).decode(),
    "textdecodebase64": lambda text, encoding: base64.b64decode(text, validate=True).decode(
        _encoding(encoding)
    ),
    "csvdecode": _csvdecode,
    "cidrcontains": _cidrcontains,
    "uuidv5": _uuidv5,
    "provider::aws::arn_parse": _arn_parse,
    "formatdate": formatdate,
    "timeadd": timeadd,
    "timecmp": timecmp,
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "base64sha256": _hash("sha256", is_base64=True),
    "base64sha512": _hash("sha512", is_base64=True),
}
