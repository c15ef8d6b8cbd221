"""The sentry follows the hosts of the configuration in force without being started anew."""

from ipaddress import ip_network
from pathlib import Path

from ringwall.gateway.sentry.hosts import Hosts
from ringwall.gateway.sources.told import FILE, Told, tell, told


def test_what_is_told_of_a_configuration_is_what_the_sentry_reads(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path / FILE)
    assert hosts.names == frozenset()
    first = Told(spared=(ip_network("192.0.2.0/24"),), hosts=("app.example", "*.app.example"))
    tell(tmp_path, first)
    assert told(tmp_path) == first
    assert hosts.names == {"app.example", "*.app.example"}
    tell(tmp_path, Told(hosts=("new.example",)))
    assert hosts.names == {"new.example"}


def test_of_a_damaged_file_nothing_is_taken(tmp_path: Path) -> None:
    hosts = Hosts(tmp_path / FILE)
    tell(tmp_path, Told(hosts=("app.example",)))
    assert hosts.names == {"app.example"}
    for damage in ("", "[", "[]", "{}", '{"hosts": 1}'):
        (tmp_path / FILE).write_text(damage)
        assert hosts.names == {"app.example"}
