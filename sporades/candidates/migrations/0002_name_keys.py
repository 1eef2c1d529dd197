from django.db import migrations, models

from sporades.core.text import search_key


def fill(apps, schema_editor):
    """Give the identities that are there the keys of each part of their name."""
    Identity = apps.get_model("candidates", "Identity")
    # An identity says the same as before: the trigger that keeps it so would not know.
    schema_editor.execute("ALTER TABLE candidates_identity DISABLE TRIGGER USER")
    rows = Identity.objects.only("birth_name", "usage_name", "first_names")
    for identity in rows.iterator(chunk_size=1000):
        Identity.objects.filter(pk=identity.pk).update(
            birth_name_key=search_key(identity.birth_name),
            usage_name_key=search_key(identity.usage_name),
            first_names_key=search_key(identity.first_names),
        )
    schema_editor.execute("ALTER TABLE candidates_identity ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0001_candidates"),
    ]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="birth_name_key",
            field=models.TextField(
                db_collation="C", default="", verbose_name="clé du nom de famille"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="identity",
            name="first_names_key",
            field=models.TextField(blank=True, db_collation="C", verbose_name="clé des prénoms"),
        ),
        migrations.AddField(
            model_name="identity",
            name="usage_name_key",
            field=models.TextField(blank=True, db_collation="C", verbose_name="clé du nom d'usage"),
        ),
        migrations.AlterField(
            model_name="identity",
            name="name_key",
            field=models.TextField(db_collation="C", verbose_name="clé de recherche"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
