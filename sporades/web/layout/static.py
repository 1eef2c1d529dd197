"""How style sheets, scripts and fonts are stored: named by their content, compressed once."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from whitenoise.storage import CompressedManifestStaticFilesStorage

NOT_GATHERED = (
    "STATIC_ROOT : les feuilles de style n'y sont pas rassemblées, aucune page ne s'afficherait. "
    "Lancez « sporades collectstatic --no-input », avec le même environnement."
)


def are_gathered() -> bool:
    """Return whether every page would find its style sheets, where they are named by their content."""
    named = getattr(staticfiles_storage, "hashed_files", None)
    return named is None or bool(named)


def check_gathered() -> None:
    """Refuse to serve pages that would not be shown. Raises ImproperlyConfigured."""
    if not are_gathered():
        raise ImproperlyConfigured(NOT_GATHERED)


class Storage(CompressedManifestStaticFilesStorage):
    """Files kept for ever by browsers, because another content has another name.

    Modules import one another by those names too.
    """

    support_js_module_import_aggregation = True
