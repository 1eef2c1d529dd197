"""Who proposed what waits already, whom it concerns, and who prepared each document: its author."""

from django.db import migrations
from django.db.models import F


def name_their_author(apps, _schema_editor):
    """What is proposed was proposed by whoever began it: nobody else has been kept."""
    publications = apps.get_model("publications", "Publication").objects
    publications.filter(state="proposed").update(
        proposed_by=F("asked_by"), proposed_name=F("asked_name"), concerns=F("perimeters")
    )
    lines = apps.get_model("publications", "PublicationLine").objects
    for pk, author in publications.values_list("pk", "asked_by"):
        lines.filter(publication=pk, version__isnull=False).update(prepared_by=f"user:{author}")


class Migration(migrations.Migration):
    dependencies = [("publications", "0002_who_proposes_and_why_it_is_refused")]

    operations = [migrations.RunPython(name_their_author, migrations.RunPython.noop)]
