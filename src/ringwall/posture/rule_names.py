"""What rules of other tools are called here, by what each check says that it is known as."""

from ringwall.posture.checking.finding import own_checks


def rule_names() -> dict[str, tuple[str, str, str, str]]:
    """By ``<tool>:<rule>``: id, title and fix of our check, and the kind that it judges.

    Of several the first by id.
    """
    found: dict[str, tuple[str, str, str, str]] = {}
    for one in own_checks():
        for name in one.check.known_as:
            found.setdefault(name, (one.id, one.title, one.fix, one.check.judges))
    return found
