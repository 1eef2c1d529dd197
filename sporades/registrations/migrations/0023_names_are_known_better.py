"""PostgreSQL knows the names of a country in three hundred parts, where it knew them in a hundred.

It took the names that begin alike for one row, when they were eleven thousand, and read those of
the country to find those of an academy.
"""

from django.db import migrations

STATISTICS = "ALTER TABLE registrations_registration ALTER COLUMN name_key SET STATISTICS {}"


class Migration(migrations.Migration):
    dependencies = [("registrations", "0022_mails_follow")]

    operations = [migrations.RunSQL(STATISTICS.format(300), STATISTICS.format(-1))]
