"""Archives of papers, and tables that say whose each is."""

import io
import zipfile

TABLE = "tableau.csv"


def archive(table=None, encoding="utf-8", **papers):
    """Return a ZIP of papers, « a » standing for « a.pdf », and of a table."""
    said = {f"{name}.pdf": content for name, content in papers.items()}
    return zipped(said if table is None else {**said, TABLE: table.encode(encoding)})


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP of files, by their names or as pairs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archived:
        for name, content in files.items() if isinstance(files, dict) else files:
            archived.writestr(name, content)
    return made.getvalue()


def lines(*pairs, separator=";"):
    """Return a table."""
    titles = ("N° Inscription", "Fichier")
    return "\r\n".join(separator.join(one) for one in (titles, *pairs)) + "\r\n"
