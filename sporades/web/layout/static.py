"""How style sheets, scripts and fonts are stored: named by their content, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Files kept for ever by browsers, because another content has another name.

    Modules import one another by those names too.
    """

    support_js_module_import_aggregation = True
