"""A request follows its registration, and says since when it waits: the database writes both.

Whoever writes a request, moves its registration or has it stand no more need not say it.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

STANDS = "IN ('registered', 'validated', 'anomaly')"
FOLLOW = f"""
-- All that was written until now, then all that is written from here on.
LOCK TABLE accommodations_case IN SHARE ROW EXCLUSIVE MODE;
UPDATE accommodations_case
SET academy = registrations_registration.academy_id,
    stands = registrations_registration.state {STANDS}
FROM registrations_registration WHERE registration_id = registrations_registration.id;

CREATE FUNCTION accommodations_case_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Shared: nobody moves the registration, nor decides of it, until this is written.
    SELECT academy_id, state {STANDS} INTO NEW.academy, NEW.stands
    FROM registrations_registration WHERE id = NEW.registration_id FOR SHARE;
    NEW.academy := COALESCE(NEW.academy, '');
    NEW.stands := COALESCE(NEW.stands, false);
    RETURN NEW;
END
$$;
CREATE TRIGGER a_request_is_where_its_registration_is
BEFORE INSERT OR UPDATE OF registration_id, academy, stands ON accommodations_case
FOR EACH ROW EXECUTE FUNCTION accommodations_case_follows();

CREATE FUNCTION registration_requests_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accommodations_case SET academy = NEW.academy_id WHERE registration_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_requests_of_a_registration_follow_it
AFTER UPDATE OF academy_id, state ON registrations_registration
FOR EACH ROW WHEN (
    OLD.academy_id IS DISTINCT FROM NEW.academy_id
    OR (OLD.state {STANDS}) IS DISTINCT FROM (NEW.state {STANDS})
)
EXECUTE FUNCTION registration_requests_follow();
"""  # noqa: S608 - of this file alone
FORGET = """
DROP TRIGGER the_requests_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_requests_follow();
DROP TRIGGER a_request_is_where_its_registration_is ON accommodations_case;
DROP FUNCTION accommodations_case_follows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accommodations", "0003_left_by_their_doctor"),
        ("documents", "0003_one_version_to_publish"),
        ("registrations", "0024_proofs_are_scanned"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="case_awaited",
        ),
        migrations.AddField(
            model_name="case",
            name="academy",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=3,
                verbose_name="académie de l'inscription",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="stands",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="l'inscription tient"
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="attend depuis"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="a_request_waits_since_the_instant_of_its_state",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.since := CASE NEW.state WHEN 'asked' THEN NEW.asked_at WHEN 'incomplete' THEN NEW.incomplete_at WHEN 'with_doctor' THEN NEW.entrusted_at WHEN 'opinion_given' THEN NEW.opined_at WHEN 'decided' THEN NEW.decided_at WHEN 'notified' THEN NEW.notified_at END; RETURN NEW;",
                    hash="8986ac3df65b49bd66966eddbec91227ce7d77e1",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_a_request_waits_since_the_instant_of_its_state_1a07a",
                    table="accommodations_case",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(FOLLOW, FORGET),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("stands", True)),
                fields=["state", "since", "id"],
                name="case_waits_since",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("stands", True)),
                fields=["academy", "state", "since", "id"],
                name="case_waits_there",
            ),
        ),
    ]
