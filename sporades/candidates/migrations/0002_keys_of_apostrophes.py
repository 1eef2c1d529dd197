"""Search keys hold an apostrophe as a space, be it an ʻokina: those of before that do not are made again."""

from django.db import migrations

from sporades.core.text import search_key

# What `search_key` left in keys, and takes out by now: « ʻ » and its like, « Ǿ », « Ǽ ».
LEFT = "[\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\ua78cøæ]"
AT_ONCE = 1000

# What is frozen is rewritten by this alone, and by nothing after it in the same transaction.
ASIDE = """
SELECT set_config('pgtrigger.ignore', (
    SELECT array_agg(tgname)::text FROM pg_trigger
    WHERE tgrelid = 'candidates_identity'::regclass AND NOT tgisinternal
), true)
"""
BACK = "SELECT set_config('pgtrigger.ignore', '{}', true)"


def make_again(apps, schema_editor):
    """Make again the keys of the names that have such a sign."""
    identities = apps.get_model("candidates", "Identity").objects
    keys = list(identities.filter(name_key__regex=LEFT).values_list("pk", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        found = list(identities.filter(pk__in=keys[first : first + AT_ONCE]))
        for one in found:
            one.birth_name_key = search_key(one.birth_name)
            one.usage_name_key = search_key(one.usage_name)
            one.first_names_key = search_key(one.first_names)
            parts = (one.birth_name_key, one.first_names_key, one.usage_name_key)
            one.name_key = " ".join(filter(None, parts))
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(ASIDE)
            identities.bulk_update(
                found, ["birth_name_key", "usage_name_key", "first_names_key", "name_key"]
            )
            cursor.execute(BACK)


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make_again, migrations.RunPython.noop),
    ]
