"""Who let a member in: whose invitation it came of, who had invited those, and so on."""

from typing import Any

from django.db import migrations, models


def note_inviters(apps: Any, _: Any) -> None:
    """Take over who invited whom, as far as invitations are still there."""
    members = apps.get_model("identity", "Membership").objects
    taken = apps.get_model("identity", "Invitation").objects.filter(
        taken__isnull=False, taken_by__isnull=False, invited_by__isnull=False
    )
    # Whoever invited somebody had come in before.
    for one in taken.order_by("taken"):
        places = [one.organisation_id, *_companies(apps)]
        before = members.filter(organisation__in=places, user=one.invited_by_id)
        chain = {str(one.invited_by_id)}.union(*before.values_list("let_in_by", flat=True))
        found = members.filter(organisation=one.organisation_id, user=one.taken_by_id)
        found.update(let_in_by=sorted(chain))


def _companies(apps: Any) -> list[Any]:
    found = apps.get_model("identity", "Organisation").objects.filter(kind="provider")
    return list(found.values_list("pk", flat=True))


class Migration(migrations.Migration):
    """One column."""

    dependencies = (("identity", "0011_known_owners"),)

    operations = (
        migrations.AddField(
            model_name="membership",
            name="let_in_by",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(note_inviters, migrations.RunPython.noop),
    )
