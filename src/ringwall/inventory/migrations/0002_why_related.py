from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_components")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="why",
            field=models.TextField(db_default="", default=""),
        ),
    ]
