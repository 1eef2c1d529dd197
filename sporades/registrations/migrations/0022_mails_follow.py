"""A mail about a registration is of the academy where the registration is, by the database itself.

Whoever writes a mail, carries it to another registration or moves the registration need not say it.
"""

from django.db import migrations

FOLLOW = r"""
-- All that was written until now, then all that is written from here on.
LOCK TABLE mail_message IN SHARE ROW EXCLUSIVE MODE;
UPDATE mail_message SET academy = registrations_registration.academy_id
FROM registrations_registration
WHERE about_kind = 'registration' AND about_id = registrations_registration.id::text;

CREATE FUNCTION mail_message_academy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.academy := '';
    IF NEW.about_kind = 'registration' AND NEW.about_id ~ '^\d{1,18}$' THEN
        SELECT academy_id INTO NEW.academy
        FROM registrations_registration WHERE id = NEW.about_id::bigint;
        NEW.academy := COALESCE(NEW.academy, '');
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER a_mail_is_of_the_academy_of_its_registration
BEFORE INSERT OR UPDATE OF about_kind, about_id, academy ON mail_message
FOR EACH ROW EXECUTE FUNCTION mail_message_academy();

CREATE FUNCTION registration_mails_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mail_message SET academy = NEW.academy_id
    WHERE about_kind = 'registration' AND about_id = NEW.id::text;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_mails_of_a_registration_follow_it
AFTER UPDATE OF academy_id ON registrations_registration
FOR EACH ROW WHEN (OLD.academy_id IS DISTINCT FROM NEW.academy_id)
EXECUTE FUNCTION registration_mails_follow();
"""
FORGET = """
DROP TRIGGER the_mails_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_mails_follow();
DROP TRIGGER a_mail_is_of_the_academy_of_its_registration ON mail_message;
DROP FUNCTION mail_message_academy();
"""


class Migration(migrations.Migration):
    dependencies = [("registrations", "0021_states_in_order"), ("mail", "0005_academy")]

    operations = [migrations.RunSQL(FOLLOW, FORGET)]
