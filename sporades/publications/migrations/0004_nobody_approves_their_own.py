from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publications", "0003_those_that_are_proposed")]

    operations = [
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "proposed"), _negated=True),
                    models.Q(("concerns__isnull", False), ("proposed_by__isnull", False)),
                    _connector="OR",
                ),
                name="what_is_proposed_says_by_whom_and_whom_it_concerns",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by", None),
                    ("decided_by", None),
                    models.Q(
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="nobody_approves_what_they_began_or_proposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refusal", ""), ("refused_at", None), ("refused_name", "")),
                    models.Q(
                        ("refused_at__isnull", False),
                        models.Q(("refused_name", ""), _negated=True),
                        models.Q(("refusal", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_proposal_that_is_refused_says_when_by_whom_and_why",
            ),
        ),
    ]
