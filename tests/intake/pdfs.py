"""PDFs that were made to do something, or to hurt whoever opens them."""

import io
import zlib

import pikepdf

from tests.documents.summaries import a_pdf

MEGABYTE = 1_000_000


def changed(change, **saved):
    """Return a PDF to which something was done."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        change(pdf)
        pdf.save(made, **saved)
    return made.getvalue()


def _script():
    return pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")


def _at_opening(pdf):
    pdf.Root.OpenAction = _script()


def _opened_on_the_web(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://exemple.test/")


def _opened_then_more(pdf):
    shown = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://exemple.test/")
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=shown, Next=link)


def _annotation(pdf, **said):
    pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, **said)])


def _in_a_link(pdf):
    _annotation(pdf, Subtype=pikepdf.Name.Link, A=_script())


def _link_to_a_file(pdf):
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="FILE:///etc/passwd")
    _annotation(pdf, Subtype=pikepdf.Name.Link, A=link)


def _launched(pdf):
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="a.exe")


def _attached(pdf):
    pdf.attachments["a.exe"] = b"MZ"


def _attached_to_a_page(pdf):
    held = pdf.make_stream(b"MZ")
    _annotation(
        pdf,
        Subtype=pikepdf.Name.FileAttachment,
        FS=pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a", EF=pikepdf.Dictionary(F=held)),
    )


def _associated(pdf):
    pdf.Root.AF = pikepdf.Array([])


def _in_the_tree_of_names(pdf):
    named = pikepdf.Array([pikepdf.String("a"), pdf.make_indirect(_script())])
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=named))


def _at_each_page(pdf):
    pdf.pages[0].AA = pikepdf.Dictionary(O=_script())


def _a_form(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA="<xdp/>")


def _a_film(pdf):
    _annotation(pdf, Subtype=pikepdf.Name.RichMedia)


def _a_portfolio(pdf):
    pdf.Root.Collection = pikepdf.Dictionary()


def _linked_from_elsewhere(pdf):
    pdf.Root.URI = pikepdf.Dictionary(Base="file:///")


def _linked_from_apart(pdf):
    pdf.Root.URI = pdf.make_indirect(pikepdf.Dictionary(Base="file:///"))


def _read_elsewhere(pdf):
    pdf.Root.Stuff = pdf.make_stream(b"", F="/etc/passwd")


ACTIVE = {
    "at opening": _at_opening,
    "opened on the web": _opened_on_the_web,
    "opened, then more": _opened_then_more,
    "in a link": _in_a_link,
    "in a link to a file": _link_to_a_file,
    "launched": _launched,
    "attached": _attached,
    "attached to a page": _attached_to_a_page,
    "associated": _associated,
    "in the tree of names": _in_the_tree_of_names,
    "at each page": _at_each_page,
    "a form": _a_form,
    "a film": _a_film,
    "a portfolio": _a_portfolio,
    "linked from elsewhere": _linked_from_elsewhere,
    "linked from apart": _linked_from_apart,
    "read elsewhere": _read_elsewhere,
}


def active(name, *, packed=False):
    """Return a PDF that does more than being read; packed, it says so in a compressed stream."""
    modes = pikepdf.ObjectStreamMode
    return changed(ACTIVE[name], object_stream_mode=modes.generate if packed else modes.disable)


def spoken(*, tags=True):
    """Return a PDF that has text, and that says how it is read unless it is without tags."""

    def speak(pdf):
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 720 Td (Convocation) Tj ET")
        if tags:
            pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
            pdf.Root.StructTreeRoot = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot)

    return changed(speak)


def written_oddly():
    """Return a PDF whose script is named in another way, which readers understand."""
    return written(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(app.alert\\(1\\))>>>>"
    )


def said_twice():
    """Return a PDF whose catalogue gives two answers to one question: readers differ on it."""
    return written(b"<</Type/Catalog/Pages 2 0 R/Lang(fr)/Lang(en)>>")


def locked():
    """Return a PDF that a right holds."""
    return changed(lambda _: None, encryption=pikepdf.Encryption(owner="o", user=""))


def with_password():
    """Return a PDF that only its password opens."""
    return changed(lambda _: None, encryption=pikepdf.Encryption(owner="o", user="u"))


def of_side(width, height, unit=1):
    """Return a PDF of one page, of a size in points."""

    def size(pdf):
        pdf.pages[0].MediaBox = pikepdf.Array([0, 0, width, height])
        pdf.pages[0].UserUnit = unit

    return changed(size)


def of_many_objects(count):
    """Return a small PDF that is long to go through."""

    def fill(pdf):
        made = [pdf.make_indirect(pikepdf.Array([number])) for number in range(count)]
        pdf.Root.Stuff = pikepdf.Array(made)

    return changed(fill, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def swelling(megabytes):
    """Return a small PDF that swells: its catalogue is packed with millions of spaces."""
    said = b"1 0 <</Type/Catalog/Pages 2 0 R>>"
    spaces = b" " * MEGABYTE
    squeezing = zlib.compressobj()
    head = squeezing.compress(said) + squeezing.flush(zlib.Z_FULL_FLUSH)
    # What was flushed whole may be said again and again.
    again = squeezing.compress(spaces) + squeezing.flush(zlib.Z_FULL_FLUSH)
    checked = zlib.adler32(said)
    for _ in range(megabytes):
        checked = zlib.adler32(spaces, checked)
    packed = head + again * megabytes + b"\x03\x00" + checked.to_bytes(4)
    held = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
    return _numbered({**PAGES, 4: held % (len(packed), packed)}, _table_of_packed)


PAGES = {
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/Resources<<>>/MediaBox[0 0 595 842]>>",
}


def written(catalogue, contents=b"<</Length 0>>stream\n\nendstream"):
    """Return a PDF of one page, its catalogue and its contents written by hand."""
    page = PAGES[3].replace(b"/MediaBox", b"/Contents 4 0 R/MediaBox")
    return _numbered({1: catalogue, **PAGES, 3: page, 4: contents}, _table)


def _numbered(objects, table):
    made = bytearray(b"%PDF-1.5\n")
    places = {}
    for number, said in objects.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, said)
    start = len(made)
    return bytes(made) + table(places, start) + b"startxref\n%d\n%%%%EOF\n" % start


def _table(places, _start):
    rows = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    size = len(places) + 1
    return b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n" % (
        size,
        rows,
        size,
    )


def _table_of_packed(places, start):
    """Say that the catalogue is the first thing in the object 4, and where the others are."""
    said = [(0, 0, 65535), (2, 4, 0), *((1, places[at], 0) for at in (2, 3, 4)), (1, start, 0)]
    rows = b"".join(bytes([kind]) + at.to_bytes(4) + last.to_bytes(2) for kind, at, last in said)
    head = b"5 0 obj\n<</Type/XRef/W[1 4 2]/Size 6/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return head + rows + b"\nendstream\nendobj\n"


def dear_to_draw(pages=1):
    """Return a PDF that is light to copy: each page draws one transparent group a thousand times."""

    def change(pdf):
        named = pikepdf.Name
        group = pdf.make_stream(
            b"0 0 m 800 0 0 850 800 850 c f* " * 400,
            Type=named.XObject,
            Subtype=named.Form,
            BBox=[0, 0, 800, 850],
            Group=pikepdf.Dictionary(S=named.Transparency),
        )
        blend = pdf.make_indirect(
            pikepdf.Dictionary(Type=named.ExtGState, ca=0.5, BM=named.Luminosity)
        )
        del pdf.pages[0]
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(F=group),
                ExtGState=pikepdf.Dictionary(G=blend),
            )
            page.Contents = pdf.make_stream(b"/G gs 1 0 0 rg\n" + b"/F Do\n" * 1_000)

    return changed(change)
