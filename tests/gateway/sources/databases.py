"""Databases of places as operators bring them."""

from pathlib import Path
from typing import Any

from mmdb_writer import MmdbU32, MMDBWriter
from netaddr import IPSet


def countries(file: Path, found: dict[str, str]) -> None:
    """Write the country of networks."""
    _write(file, "GeoLite2-Country", {n: {"country": {"iso_code": c}} for n, c in found.items()})


def systems(file: Path, found: dict[str, int]) -> None:
    """Write the autonomous system of networks."""
    told = {
        network: {
            "autonomous_system_number": MmdbU32(number),
            "autonomous_system_organization": "somebody",
        }
        for network, number in found.items()
    }
    _write(file, "GeoLite2-ASN", told)


def _write(file: Path, kind: str, records: dict[str, Any]) -> None:
    writer = MMDBWriter(ip_version=6, database_type=kind, ipv4_compatible=True)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    fresh = file.with_suffix(".new")
    writer.to_db_file(str(fresh))
    fresh.replace(file)
