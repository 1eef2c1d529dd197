"""Leave to a job the pieces of the registrations that stand: there may be a million of them."""

from django.db import migrations
from procrastinate.contrib.django import app


def ask(apps, _schema_editor):
    if apps.get_model("registrations", "Registration").objects.exists():
        app.configure_task("evidence.ask_some", queue="batches").defer(after="0")


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_evidence"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [migrations.RunPython(ask, migrations.RunPython.noop, elidable=True)]
