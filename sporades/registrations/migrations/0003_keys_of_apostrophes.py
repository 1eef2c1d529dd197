"""The search key of a registration is that of its identity, made again where it has an ʻokina."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

# As in `candidates.0002_keys_of_apostrophes`.
LEFT = "[\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\ua78cøæ]"


def take_again(apps, schema_editor):  # noqa: ARG001 - as Django calls it
    """Take again the keys that were made again."""
    identities = apps.get_model("candidates", "Identity").objects
    own = identities.filter(pk=OuterRef("identity")).values("name_key")
    registrations = apps.get_model("registrations", "Registration").objects
    registrations.filter(name_key__regex=LEFT).update(name_key=Subquery(own))


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_keys_of_apostrophes"),
        ("registrations", "0002_summary_asked_again"),
    ]

    operations = [
        migrations.RunPython(take_again, migrations.RunPython.noop),
    ]
