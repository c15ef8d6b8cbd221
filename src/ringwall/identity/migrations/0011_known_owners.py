"""Who owned the company when owners were told last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One table, empty: whoever owns the company when it is first looked at is told to nobody."""

    dependencies = (("identity", "0010_vouching"),)

    operations = (
        migrations.CreateModel(
            name="KnownOwner",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
            ],
        ),
    )
