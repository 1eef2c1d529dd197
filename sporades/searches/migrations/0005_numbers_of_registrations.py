"""Searches shared before that seek one registration by its number: their author's own, no more shared."""

from django.db import migrations


def seeks_a_registration(tree):
    is_it = tree.get("criterion") == "numero_inscription"
    return is_it or any(map(seeks_a_registration, tree.get("members", ())))


def share_no_more(apps, _schema_editor):
    for search in apps.get_model("searches", "Search").objects.filter(is_shared=True):
        if seeks_a_registration(search.tree):
            search.is_shared, search.perimeters = False, []
            search.save(update_fields=["is_shared", "perimeters"])


class Migration(migrations.Migration):
    dependencies = [("searches", "0004_shared_somewhere")]

    operations = [
        migrations.RunPython(share_no_more, migrations.RunPython.noop, elidable=True),
    ]
