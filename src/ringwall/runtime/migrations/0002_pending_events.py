import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runtime", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PendingEvent",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("uid", models.CharField(max_length=32, unique=True)),
                ("line", models.TextField()),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
    ]
