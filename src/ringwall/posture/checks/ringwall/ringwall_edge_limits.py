"""Limits on connections and strangers are on.

Why: without them one client, or one attack, takes from all others what they need.
Fix: take the `null` out of `availability.connections`, `availability.nobody` and
`availability.attacks`.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="ringwall-edge",
    severity=Severity.HIGH,
    reads=("availability",),
    controls=(
        "nist-800-53r5 SC-5 partial",
        "nist-csf-2.0 PR.IR-04 partial",
        "ccm-4 IVS-09 partial",
        "owasp-asvs 2.4.1 partial",
        "owasp-asvs 6.3.1 supporting",
        "owasp-asvs 15.2.2 partial",
    ),
)
_BOUNDS = {
    "connections": ("handshakes", "read_within", "requests"),
    "attacks": ("per_address", "per_network", "handshakes_per_address"),
}


def judge(it: Subject, world: World) -> Judgment:
    """Each bound may be switched off by a null."""
    settings = it.read("availability")
    off = [
        f"availability.{part}.{name}"
        for part, names in _BOUNDS.items()
        for name in names
        if settings[part].get(name) is None
    ]
    off += ["availability.nobody"] * (settings.get("nobody") is None)
    if off:
        return fails(f"switched off: {', '.join(off)}")
    return passes("every bound of connections, and of strangers in an attack, is on")


ON = {
    "connections": {"handshakes": 2000, "read_within": 20.0, "requests": 10000},
    "attacks": {"per_address": 1024, "per_network": 4096, "handshakes_per_address": 50},
    "nobody": {"rate": "10/s"},
}
CASES = (
    case("as it comes", PASS, availability=ON),
    case("no bound of an address", FAIL, availability=ON | {"attacks": {"per_address": None}}),
    case("strangers without a bound", FAIL, availability=ON | {"nobody": None}),
)
