"""Attackers that nobody here wrote: what they are called with, and what they tell.

They come from 127.0.0.1, since none of them can be told an address.
"""

import re
from collections.abc import Mapping
from typing import Final

from bench.siege.target import APP, Target

_SLOW: Final[Mapping[str, tuple[str, ...]]] = {
    "headers": ("-H", "-i", "3", "-x", "24"),
    "body": ("-B", "-i", "3", "-s", "8192", "-x", "10", "-t", "POST"),
    "read": ("-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"),
    "range": ("-R", "-a", "5", "-b", "3000", "-t", "HEAD"),
}


def slowhttptest(sort: str, target: Target, seconds: float) -> list[str]:
    """A thousand connections, opened in five seconds or in half of the time if that is shorter."""
    path = "/public/large" if sort == "read" else "/public/page"
    rate = 1000 / min(5.0, seconds / 2)
    common = ("-c", "1000", "-r", f"{rate:.0f}", "-l", f"{seconds:.0f}", "-p", "3", "-v", "1")
    return ["slowhttptest", *_SLOW[sort], *common, "-u", f"https://{APP}:{target.port}{path}"]


def of_slowhttptest(text: str) -> dict[str, int]:
    """How its connections ended up, from its last report."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    found: dict[str, int] = {}
    for name in ("initializing", "pending", "connected", "error", "closed"):
        counts = re.findall(rf"^{name}: +(-?\d+)", plain, re.MULTILINE)
        if counts:
            found[name] = int(counts[-1])
    available = re.findall(r"service available: +(\w+)", plain)
    found["found the service gone"] = available.count("NO")
    return found


def h2load(target: Target, *arguments: str, path: str) -> list[str]:
    """HTTP/1.1 by h2load."""
    return ["h2load", "--h1", *arguments, f"https://{APP}:{target.port}{path}"]


def of_h2load(text: str) -> dict[str, int]:
    """How many requests got which sort of answer."""
    codes = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", text)
    failed = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", text)
    found = (
        dict(zip(("2xx", "3xx", "4xx", "5xx"), map(int, codes.groups()), strict=True))
        if (codes)
        else {}
    )
    return {**found, "without an answer": int(failed[2]) if failed else 0}
