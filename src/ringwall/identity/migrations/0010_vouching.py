"""Who stands behind sessions and factors: the person, or a customer's provider alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing is known of the sessions and factors that are there: they count as their person's."""

    dependencies = (
        ("identity", "0009_requests"),
        ("mfa", "0003_authenticator_type_uniq"),
    )

    operations = (
        migrations.AddField(
            model_name="session",
            name="vouched_by",
            field=models.CharField(blank=True, max_length=36),
        ),
        migrations.CreateModel(
            name="VouchedFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=36)),
                (
                    "authenticator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vouchedfactor",
                        to="mfa.authenticator",
                    ),
                ),
            ],
        ),
    )
