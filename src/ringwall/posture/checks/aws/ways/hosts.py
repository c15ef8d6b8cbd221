"""What in an account has a name on the internet, by that name: balancers, APIs, functions."""

import re
from typing import Final

from ringwall.posture.checking import UnknownError
from ringwall.posture.checks.aws.ways.balancers import BALANCER, CLASSIC
from ringwall.posture.checks.aws.ways.gateways import API, REST
from ringwall.posture.checks.aws.ways.looking import Looking

_ADDRESS: Final = re.compile(r"\w+://(?P<host>[^/:?#]+)")


def hosts(it: Looking) -> dict[str, str]:
    """Places by the names that AWS gives them, in lower case."""
    found: dict[str, str] = {}
    for kind in (BALANCER, CLASSIC):
        for one in it.all(kind):
            listed = one.read("listed")
            found[str(listed.get("DNSName") or one.name).lower()] = one.name
    for one in it.all(REST):
        api, dns = one.name.rpartition("/")[2], _domain(one.name.split(":")[1])
        found[f"{api}.execute-api.{one.region}.{dns}".lower()] = one.name
    for one in it.all(API):
        found[_host(str(one.read("listed").get("ApiEndpoint") or "")) or one.name] = one.name
    for one in it.functions.values():
        try:
            urls = one.read("urls", ())
        except UnknownError as error:
            it.unsure(error)
            continue
        for url in urls:
            found[_host(str(url.get("FunctionUrl") or "")) or one.name] = one.name
    return found


def _host(address: str) -> str:
    found = _ADDRESS.match(address)
    return found["host"].lower() if found else ""


def _domain(partition: str) -> str:
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
