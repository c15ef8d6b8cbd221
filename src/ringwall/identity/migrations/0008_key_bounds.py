"""What keys carry since policies keep out their owners by it, and why they are idle."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns, empty for the keys that are there."""

    dependencies = (("identity", "0007_people"),)

    operations = (
        migrations.AddField(
            model_name="apikey",
            name="groups",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="apikey",
            name="email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="apikey",
            name="idle",
            field=models.CharField(blank=True, max_length=300),
        ),
    )
