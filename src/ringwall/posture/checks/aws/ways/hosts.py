"""What in an account has a name on the internet: AWS's names of it, and those of its own zones."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.checking import UnknownError
from ringwall.posture.checks.aws.ways.balancers import BALANCER, CLASSIC
from ringwall.posture.checks.aws.ways.gateways import API, REST
from ringwall.posture.checks.aws.ways.looking import Looking

ZONE: Final = "aws-route53-zone"
KINDS: Final = (ZONE,)
READS: Final = (f"{ZONE}.records",)
_ADDRESS: Final = re.compile(r"\w+://(?P<host>[^/:?#]+)")
_OF_AWS: Final = re.compile(r"\.(?:amazonaws\.com(?:\.cn)?|on\.aws|cloudfront\.net)$")


class Hosts:
    """Places by their names; the records of zones are read once a name is asked for."""

    def __init__(self, it: Looking) -> None:
        self._it = it
        self._given = _given(it)
        self._own: dict[str, str] | None = None
        self._unread: UnknownError | None = None

    def get(self, name: str) -> str | None:
        """The place of a name; ``UnknownError`` where a zone that may have it is not known."""
        host = name.lower().rstrip(".")
        found = self._given.get(host)
        if found is not None or _OF_AWS.search(host):
            return found
        if self._own is None:
            self._own = self._read()
        found = self._own.get(host)
        if found is None and self._unread is not None:
            raise UnknownError(f"where {host} leads: {self._unread.why}", self._unread.facts)
        return found

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            for one in self._it.world.all(ZONE, account=self._it.account.id):
                for record in one.read("records", ()):
                    targets = [str((record.get("AliasTarget") or {}).get("DNSName") or "")]
                    targets += [
                        str(each.get("Value")) for each in record.get("ResourceRecords", ())
                    ]
                    for target in targets:
                        host = target.lower().rstrip(".").removeprefix("dualstack.")
                        if host in self._given:
                            found[str(record.get("Name")).lower().rstrip(".")] = self._given[host]
        except UnknownError as error:
            self._unread = error
        return found


def _leads_to(record: Mapping[str, Any]) -> Iterator[str]:
    """The names that a record leads to."""
    targets = [(record.get("AliasTarget") or {}).get("DNSName")]
    targets += [each.get("Value") for each in record.get("ResourceRecords") or ()]
    for one in targets:
        yield str(one or "").lower().rstrip(".").removeprefix("dualstack.")


def _given(it: Looking) -> dict[str, str]:
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
