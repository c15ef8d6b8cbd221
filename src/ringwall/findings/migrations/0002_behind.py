from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_findings")]

    operations = [
        migrations.AddField(
            model_name="queued",
            name="is_behind",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
