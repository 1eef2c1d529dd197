"""Searches shared before with everybody: within the perimeter of their author, or no more."""

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

READERS = ("manager", "head", "auditor", "administrator")
OF_SOMEBODY = (
    *("nom_complet", "nom", "nom_usage", "prenoms", "naissance", "annee_naissance"),
    *("numero_candidat", "ine", "mail"),
)


def seeks_somebody(tree):
    members = tree.get("members", ())
    return tree.get("criterion") in OF_SOMEBODY or any(map(seeks_somebody, members))


def perimeters_of(memberships, author):
    """Return where somebody reads today: where they did at the sharing was not kept."""
    current = Q(ends_on=None) | Q(ends_on__gte=timezone.now().date())
    return [
        {
            "academies": None if one.role == "administrator" else sorted(one.academies),
            "domains": sorted(one.domains) or None,
        }
        for one in memberships.filter(current, user=author, role__in=READERS).order_by("pk")
    ]


def share_within(apps, _schema_editor):
    memberships = apps.get_model("accounts", "Membership").objects
    for search in apps.get_model("searches", "Search").objects.filter(is_shared=True):
        is_alone = seeks_somebody(search.tree)
        search.perimeters = [] if is_alone else perimeters_of(memberships, search.owner_id)
        search.is_shared = bool(search.perimeters)
        search.save(update_fields=["perimeters", "is_shared"])


class Migration(migrations.Migration):
    dependencies = [("searches", "0002_shared_within"), ("accounts", "0008_doctors")]

    operations = [
        migrations.RunPython(share_within, migrations.RunPython.noop, elidable=True),
    ]
