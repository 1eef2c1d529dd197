from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_initial"),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ("checking", "deposited", "posted")),
                    models.Q(("is_mandatory", True), ("state__in", ("owed", "refused"))),
                    _connector="OR",
                ),
                fields=["academy", "registration"],
                name="evidence_unsettled_there",
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("state__in", ("accepted", "waived"))),
                fields=["academy", "registration"],
                name="evidence_settled_there",
            ),
        ),
    ]
