from django.db import migrations
from django.db.models import Q

from sporades.core.text import UNSEEN, search_key

NAMES = ("birth_name", "usage_name", "first_names")


def make_again(apps, schema_editor):
    """Make again the keys of names that hold a sign nobody sees: it cut a word, or stood within it.

    The names stay as they were typed: they are on documents, and their candidate corrects them.
    """
    Identity = apps.get_model("candidates", "Identity")
    held = Q(*((f"{name}__regex", f"[{UNSEEN}]") for name in NAMES), _connector=Q.OR)
    # An identity says the same as before: the trigger that keeps it so would not know.
    schema_editor.execute("ALTER TABLE candidates_identity DISABLE TRIGGER USER")
    for identity in Identity.objects.filter(held).only(*NAMES).iterator(chunk_size=1000):
        first, usage, birth = (
            search_key(getattr(identity, name))
            for name in ("first_names", "usage_name", "birth_name")
        )
        Identity.objects.filter(pk=identity.pk).update(
            birth_name_key=birth,
            usage_name_key=usage,
            first_names_key=first,
            name_key=" ".join(key for key in (birth, first, usage) if key),
        )
    schema_editor.execute("ALTER TABLE candidates_identity ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0007_code_contact"),
    ]

    operations = [
        migrations.RunPython(make_again, migrations.RunPython.noop, elidable=True),
    ]
