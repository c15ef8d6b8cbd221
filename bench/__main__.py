"""``python -m bench [name ...]``: run the named benchmarks, or all, and print their tables."""

import importlib
import sys

<<<<<<< HEAD
ALL = ("access", "edge", "identity", "identity-edge", "protecting", "quotas", "replay", "startup")
=======
ALL = ("access", "edge", "identity", "identity-edge", "quotas", "replay", "siege", "startup")
>>>>>>> 541f26c (Measure honest clients while the edge is attacked, beside nginx with its usual limits)


def main(names: list[str]) -> None:
    """Run benchmarks by name."""
    for name in names or ALL:
        if name not in ALL:
            sys.exit(f"there is no benchmark {name!r}: {', '.join(ALL)}")
        importlib.import_module(f"bench.{name.replace('-', '_')}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
