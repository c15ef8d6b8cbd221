"""The owners whom an upgrade finds are known: whoever becomes one right after it is told of."""

from typing import Any

from django.db import migrations


def note_owners(apps: Any, _: Any) -> None:
    """Note who owns the company for good, where nothing was noted of anybody yet.

    Whoever owns it for some time only is told of, as of everybody who is new.
    """
    known = apps.get_model("identity", "KnownOwner").objects
    if known.exists():
        return
    members = apps.get_model("identity", "Membership").objects.select_related("user")
    for one in members.filter(organisation__kind="provider", active=True, user__is_active=True):
        if "owner" in one.roles and "auditor" not in one.roles:
            known.update_or_create(user_id=one.user_id, defaults={"email": one.user.email})


class Migration(migrations.Migration):
    """Rows only."""

    dependencies = (("identity", "0012_let_in_by"),)

    operations = (migrations.RunPython(note_owners, migrations.RunPython.noop),)
