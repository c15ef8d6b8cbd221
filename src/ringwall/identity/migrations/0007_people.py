"""When a session stopped acting for an organisation: the organisation's idle limit goes on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, empty for the sessions that are there."""

    dependencies = (("identity", "0006_key_ends"),)

    operations = (
        migrations.AddField(
            model_name="session", name="left", field=models.JSONField(default=dict)
        ),
    )
