"""The sentry follows the hosts of the configuration in force without being started anew."""

from ipaddress import ip_network
from pathlib import Path

from ringwall.gateway.sentry.configured import Configured
from ringwall.gateway.sources.told import FILE, Told, tell, told


def test_what_is_told_of_a_configuration_is_what_the_sentry_reads(tmp_path: Path) -> None:
    configured = Configured(tmp_path / FILE)
    assert configured.hosts == frozenset()
    first = Told(spared=(ip_network("192.0.2.0/24"),), hosts=("app.example", "*.app.example"))
    tell(tmp_path, first)
    assert told(tmp_path) == first
    assert configured.hosts == {"app.example", "*.app.example"}
    assert configured.spares(ip_network("192.0.2.7"))
    assert configured.spares(ip_network("192.0.2.0/24"))
    assert not configured.spares(ip_network("192.0.0.0/16")), "there is more of it to deny"
    assert not configured.spares(ip_network("2001:db8::/64"))
    tell(tmp_path, Told(hosts=("new.example",)))
    assert configured.hosts == {"new.example"}
    assert not configured.spares(ip_network("192.0.2.7"))


def test_of_a_damaged_file_nothing_is_taken(tmp_path: Path) -> None:
    configured = Configured(tmp_path / FILE)
    tell(tmp_path, Told(hosts=("app.example",)))
    assert configured.hosts == {"app.example"}
    for damage in ("", "[", "[]", "{}", '{"hosts": 1}', '{"hosts": [], "spared": ["x"]}'):
        (tmp_path / FILE).write_text(damage)
        assert configured.hosts == {"app.example"}
