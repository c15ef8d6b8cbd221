"""Whose invitation a membership came of."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def note_inviters(apps: Any, _: Any) -> None:
    """Take over who invited whom, as far as invitations are still there."""
    members = apps.get_model("identity", "Membership")
    taken = apps.get_model("identity", "Invitation").objects.filter(
        taken__isnull=False, taken_by__isnull=False, invited_by__isnull=False
    )
    for one in taken.order_by("taken"):
        members.objects.filter(organisation=one.organisation_id, user=one.taken_by_id).update(
            invited_by=one.invited_by_id
        )


class Migration(migrations.Migration):
    """One column."""

    dependencies = (("identity", "0011_known_owners"),)

    operations = (
        migrations.AddField(
            model_name="membership",
            name="invited_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(note_inviters, migrations.RunPython.noop),
    )
