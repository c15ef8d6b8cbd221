"""``python -m bench [name ...]``: run the named benchmarks, or all, and print their tables."""

import importlib
import sys

ALL = (
    "access",
    "code",
    "edge",
    "findings",
    "identity",
    "identity-edge",
    "intake",
    "inventory",
    "limits",
    "log",
    "log-bucket",
    "log-edge",
    "log-events",
    "log-proofs",
    "permissions",
    "posture",
    "posture-pages",
    "protecting",
    "quotas",
    "replay",
    "siege",
    "startup",
    "ways",
)


def main(names: list[str]) -> None:
    """Run benchmarks by name."""
    for name in names or ALL:
        if name not in ALL:
            sys.exit(f"there is no benchmark {name!r}: {', '.join(ALL)}")
        importlib.import_module(f"bench.{name.replace('-', '_')}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
