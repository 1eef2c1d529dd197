"""A hold is where its registration is: the database writes it, whoever moves the one or the other."""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION retention_hold_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    there text;
BEGIN
    -- Shared: nobody moves the registration until this is written. What is archived moves no more.
    SELECT academy_id INTO there
    FROM registrations_registration WHERE number = NEW.number FOR SHARE;
    NEW.academy := COALESCE(there, NEW.academy);
    RETURN NEW;
END
$$;
CREATE TRIGGER a_hold_is_where_its_registration_is
BEFORE INSERT OR UPDATE OF number, academy ON retention_hold
FOR EACH ROW EXECUTE FUNCTION retention_hold_follows();

CREATE FUNCTION registration_hold_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE retention_hold SET academy = NEW.academy_id WHERE number = NEW.number;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_hold_of_a_registration_follows_it
AFTER UPDATE OF academy_id ON registrations_registration
FOR EACH ROW WHEN (OLD.academy_id IS DISTINCT FROM NEW.academy_id)
EXECUTE FUNCTION registration_hold_follows();
"""
FORGET = """
DROP TRIGGER the_hold_of_a_registration_follows_it ON registrations_registration;
DROP FUNCTION registration_hold_follows();
DROP TRIGGER a_hold_is_where_its_registration_is ON retention_hold;
DROP FUNCTION retention_hold_follows();
"""
MEND = """
UPDATE retention_hold AS hold SET academy = archive.academy
FROM archives.archive AS archive
WHERE archive.number = hold.number AND archive.academy <> hold.academy;
UPDATE retention_hold SET academy = academy;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("registrations", "0001_initial"),
        ("retention", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FOLLOW, FORGET),
        # Those of what was moved before this.
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
    ]
