"""Jobs of identity."""

from ringwall.identity import first
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import job


@job(name="administrator", minutes=10, after_change=True)
def note_administrator(installation: Installation) -> str:
    """Tell the processes without a database whether there is an administrator."""
    from ringwall.identity import founding  # noqa: PLC0415 - jobs are also listed without tables

    found = founding.has_owner()
    first.settle(installation.state, has_administrator=found)
    return "there is an administrator" if found else "there is no administrator yet"


@job(name="tell-owners", minutes=1)
def tell_owners(_installation: Installation) -> str:
    """Tell owners who has become one, and who is one no more."""
    from ringwall.identity import owning  # noqa: PLC0415 - jobs are also listed without tables

    return f"owners were told of {owning.follow()} people"


@job(name="tell-logouts", minutes=1)
def tell_logouts(_installation: Installation) -> str:
    """Tell clients of sessions that are over."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity.provider import backchannel  # noqa: PLC0415 - jobs are also listed without tables

    told, failed = backchannel.tell(timezone.now())
    return f"{told} clients were told of the end of a session, {failed} did not take it"


@job(name="forget-grants", minutes=60)
def forget_grants(_installation: Installation) -> str:
    """Forget grants, codes and assertions that are over."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity.provider import cleaning  # noqa: PLC0415 - jobs are also listed without tables

    return f"{cleaning.forget(timezone.now())} rows of grants that are over were forgotten"


@job(name="forget-leftovers", minutes=10)
def forget_leftovers(_installation: Installation) -> str:
    """Forget what browsers left in which nobody signed in, old codes and forms nobody came for."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import forgetting  # noqa: PLC0415 - as above

    return f"{forgetting.forget(timezone.now())} rows of what is over were forgotten"


@job(name="forget-old", minutes=60)
def forget_old(_installation: Installation) -> str:
    """Forget sessions, visits, links and invitations that have been over for long."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import forgetting  # noqa: PLC0415 - as above

    return f"{forgetting.forget_old(timezone.now())} rows of what is long over were forgotten"


@job(name="forget-throttles", minutes=60)
def forget_throttles(_installation: Installation) -> str:
    """Forget buckets of tries that have run dry."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import slowing, throttling  # noqa: PLC0415 - as above

    done = throttling.forget_empty(slowing.RULES, timezone.now())
    return f"{done} counts of tries that are over were forgotten"


@job(name="note-key-uses", minutes=1)
def note_key_uses(installation: Installation) -> str:
    """Note when and from where API keys were used."""
    from ringwall.identity import key_uses  # noqa: PLC0415 - jobs are also listed without tables

    return f"{key_uses.follow(installation.state, installation.run)} keys were in use"


@job(name="follow-roles", minutes=1, after_change=True)
def follow_roles(installation: Installation) -> str:
    """Call tokens back whose roles have no effect any more, since others are declared."""
    from ringwall.identity import redeclaring  # noqa: PLC0415 - jobs are also listed without tables
    from ringwall.identity.installed import current_facts  # noqa: PLC0415 - as above

    done = redeclaring.follow(installation.state, current_facts())
    return f"tokens of {done} members were called back"


@job(name="end-keys", minutes=1, after_change=True)
def end_keys(_installation: Installation) -> str:
    """Withdraw keys that have a successor, or are stronger than their owner."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import apikeys  # noqa: PLC0415 - jobs are also listed without tables

    return f"{apikeys.end_due(timezone.now())} keys were withdrawn"


@job(name="end-access", minutes=1, after_change=True)
def end_access(_installation: Installation) -> str:
    """Write down which requests for access the clock has ended, and tell of it."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity.requesting import moves  # noqa: PLC0415 - as above

    return f"{moves.close_due(timezone.now())} requests for access are over"


@job(name="mail", minutes=1, after_change=True)
def send_mail(_installation: Installation) -> str:
    """Send what waits in the outbox."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import sending  # noqa: PLC0415 - as above
    from ringwall.identity.installed import current_facts  # noqa: PLC0415 - as above

    done = sending.deliver(current_facts().settings.mail, timezone.now())
    return f"{done.sent} mails were sent, {done.failed} were not" + (
        f": {done.error}" if done.error else ""
    )


@job(name="forget-mail", minutes=60)
def forget_mail(_installation: Installation) -> str:
    """Forget mail that was sent a month ago; what was not sent stays."""
    from django.utils import timezone  # noqa: PLC0415 - jobs are also listed without tables

    from ringwall.identity import sending  # noqa: PLC0415 - as above

    return f"{sending.forget_sent(timezone.now())} old mails were forgotten"
