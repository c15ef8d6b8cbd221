"""The composition root: where modules are wired together."""


def main() -> None:
    """Run the command line."""
