"""Which hosts have their certificate from ACME; who asks does not load what orders them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ringwall.gateway.config import AcmeCertificate, Edge

if TYPE_CHECKING:
    from ringwall.gateway.certificates.acme_client import Challenge


def ordered_hosts(edge: Edge) -> Mapping[str, "Challenge"]:
    """The ``source: acme`` hosts, and how each is proven; none without an account."""
    if edge.acme is None:
        return {}
    return {
        host: settings.certificate.challenge
        for host, settings in edge.hosts.items()
        if isinstance(settings.certificate, AcmeCertificate)
    }
