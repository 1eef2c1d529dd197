from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("searches", "0003_those_that_were_shared")]

    operations = [
        migrations.AddConstraint(
            model_name="search",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("is_shared", False), Q(("perimeters", []), _negated=True), _connector="OR"
                ),
                name="a_shared_search_is_shared_somewhere",
            ),
        ),
    ]
