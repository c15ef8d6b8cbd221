from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gateway", "0001_blocks")]

    operations = [
        migrations.RenameField(model_name="block", old_name="network", new_name="what"),
        migrations.AlterField(
            model_name="block",
            name="what",
            field=models.CharField(db_index=True, max_length=110),
        ),
        migrations.AddField(
            model_name="block",
            name="kind",
            field=models.CharField(default="network", max_length=12),
        ),
    ]
