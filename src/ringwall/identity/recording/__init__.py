"""What identity brings to the record of activity: who acts, who signs in, what of rows is kept."""


def connect() -> None:
    """Have everything recorded; called once when the tables are known."""
    from ringwall.identity.recording import (  # noqa: PLC0415 - needs the models
        rules,
        signing,
        who,
    )

    rules.watch_all()
    signing.connect()
    who.connect()
