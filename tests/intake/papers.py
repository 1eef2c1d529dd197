"""PDFs as programs make them, and some that were made to hurt."""

import io
import re
import zipfile
import zlib

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, StreamDecodeLevel, String
from PIL import Image

from tests.intake import pdfs, photos
from tests.intake.photos import SENTINEL

SAID = "Attestation de recensement"
"""What a paper says, and must still say."""


def font():
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
    )


def drawn(pdf, text=SAID, size=(595, 842)):
    """Add a page that says something."""
    page = pdf.add_blank_page(page_size=size)
    page.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font())))
    page.Contents = pdf.make_stream(f"BT /F1 24 Tf 40 {size[1] - 60} Td ({text}) Tj ET".encode())
    return page


def paper(change=lambda _: None, pages=1, size=(595, 842), **saved):
    """Return a PDF of pages that say something, to which something was done."""
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            drawn(pdf, size=size)
        change(pdf)
        pdf.save(made, **saved)
    return made.getvalue()


def typeset(**options):
    """Return a paper as Typst prints it: tagged, with its language and its title."""
    source = f'#set document(title: "{SENTINEL}")\n= {SAID}\n#lorem(40)\n#link("https://exemple.test")[ici]'
    return typst.compile(source.encode(), format="pdf", **options)


def signed_by(pdf):
    pdf.docinfo["/Author"] = SENTINEL
    with pdf.open_metadata() as said:
        said["dc:creator"] = [SENTINEL]


def bookmarked(pdf):
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(SENTINEL, 0))


def on_page(pdf, **said):
    note = pdf.make_indirect(Dictionary(Type=Name.Annot, Rect=[40, 40, 300, 80], **said))
    if "/Annots" not in pdf.pages[0].obj:
        pdf.pages[0].Annots = Array()
    pdf.pages[0].Annots.append(note)
    return note


def linked(pdf):
    on_page(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=f"https://{SENTINEL}.test"))


def script():
    return Dictionary(S=Name.JavaScript, JS=f"app.alert('{SENTINEL}')")


def scripted(pdf):
    """As official forms are: at the opening, at each page, in the tree of names."""
    pdf.Root.OpenAction = script()
    pdf.Root.AA = Dictionary(WC=script())
    pdf.pages[0].AA = Dictionary(O=script())
    named = Array([String("calcul"), pdf.make_indirect(script())])
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=named))


def look(pdf, text):
    """Return how a field looks."""
    fonts = Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font())))
    return pdf.make_stream(
        f"/Tx BMC q BT /Helv 12 Tf 2 10 Td ({text}) Tj ET Q EMC".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, 260, 40],
        Resources=fonts,
    )


def form(pdf, *fields, **said):
    fonts = Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font())))
    pdf.Root.AcroForm = Dictionary(Fields=Array(fields), DR=fonts, DA="/Helv 12 Tf 0 g", **said)


def text_field(pdf, value, **said):
    return on_page(pdf, Subtype=Name.Widget, FT=Name.Tx, T="nom", V=value, F=4, **said)


def filled_in(pdf):
    """A form that its reader has drawn, and that counts by a script."""
    field = text_field(pdf, "Le Goff", AP=Dictionary(N=look(pdf, "Le Goff")))
    field.AA = Dictionary(C=script())
    form(pdf, field)
    scripted(pdf)


def left_to_readers(pdf, value="Le Goff", **said):
    """A form that its program has left to readers to draw."""
    form(pdf, text_field(pdf, value, **said), NeedAppearances=True)


def without_a_look(pdf):
    form(pdf, text_field(pdf, "Le Goff"))


def in_two_forms(pdf):
    """A form that two programs read, each its own description."""
    field = text_field(pdf, "Le Goff", AP=Dictionary(N=look(pdf, "Le Goff")))
    form(pdf, field, XFA=pdf.make_stream(b"<xdp/>"))


def drawn_by_one_program(pdf):
    form(pdf, XFA=pdf.make_stream(b"<xdp/>"))
    pdf.Root.NeedsRendering = True


def sent_somewhere(pdf):
    action = Dictionary(S=Name.SubmitForm, F="https://exemple.test/")
    field = on_page(pdf, Subtype=Name.Widget, FT=Name.Btn, T="envoyer", A=action)
    form(pdf, field)


def sealed(pdf):
    contents = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=bytes(64))
    seal = pdf.make_indirect(contents)
    field = on_page(
        pdf, Subtype=Name.Widget, FT=Name.Sig, T="s", V=seal, AP=Dictionary(N=look(pdf, "Signé"))
    )
    form(pdf, field, SigFlags=3)


def with_a_note(pdf):
    on_page(pdf, Subtype=Name.Text, Contents=SENTINEL, T=SENTINEL)


def with_a_hidden_note(pdf):
    on_page(pdf, Subtype=Name.FreeText, F=2, AP=Dictionary(N=look(pdf, SENTINEL)))


def layered(pdf):
    """A drawing of which one layer is hidden."""
    layers = [pdf.make_indirect(Dictionary(Type=Name.OCG, Name=name)) for name in ("a", "b")]
    page = pdf.pages[0]
    page.Resources.Properties = Dictionary(Vu=layers[0], Tu=layers[1])
    page.Contents = pdf.make_stream(
        b"/OC /Tu BDC 0 0 1 rg 0 400 595 442 re f EMC /OC /Vu BDC 1 0 0 rg 0 0 595 400 re f EMC"
    )
    shown = Dictionary(OFF=Array([layers[1]]), ON=Array([layers[0]]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array(layers), D=shown)


def from_above(pdf):
    """What a page does not say, the tree of pages says for it."""
    tree, page = pdf.Root.Pages, pdf.pages[0].obj
    for name in ("/MediaBox", "/Resources"):
        tree[name] = page[name]
        del page[name]
    tree.Rotate = 90


def named_like_notes(pdf):
    """A program names its fonts as it likes."""
    page = pdf.pages[0]
    page.Resources = Dictionary(
        Font=Dictionary({"/AA": font(), "/Metadata": font(), "/EF": font()})
    )
    page.Contents = pdf.make_stream(
        f"BT /AA 24 Tf 40 782 Td ({SAID}) Tj /Metadata 9 Tf (x) Tj /EF 9 Tf (x) Tj ET".encode()
    )


def styled():
    """A program for typesetting says what its text is by the names of its styles, in its own alphabet."""

    def style(pdf):
        legend = Name("/Xegende")
        said = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=legend, K=0))
        roles = Dictionary({str(legend): Name.P})
        pdf.Root.StructTreeRoot = pdf.make_indirect(
            Dictionary(Type=Name.StructTreeRoot, K=said, RoleMap=roles)
        )
        pdf.Root.MarkInfo = Dictionary(Marked=True)

    # The library writes no such name.
    plain = paper(style, object_stream_mode=ObjectStreamMode.disable)
    return plain.replace(b"/Xegende", "/Légende".encode("latin-1"))


def turned(pdf):
    pdf.pages[0].Rotate = 270


def noted_by_a_program(pdf):
    page = pdf.pages[0].obj
    page.PieceInfo = Dictionary(Illustrator=Dictionary(Private=SENTINEL))
    page.Metadata = pdf.make_stream(SENTINEL.encode())
    page.Thumb = pdf.make_stream(SENTINEL.encode())
    page.Resources.Font["/F1"]["/Metadata"] = pdf.make_stream(SENTINEL.encode())


# --- Scanned -------------------------------------------------------------------------------


def image(pdf, content, size, filters, colours=Name.DeviceRGB, **said):
    said = {"BitsPerComponent": 8, **said}
    return pdf.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=colours,
        Filter=filters,
        **said,
    )


def scanned(*images, text=""):
    """Return a PDF whose pages are these images, with the text that was recognised in them."""

    def change(pdf):
        for make in images:
            page = drawn(pdf, "")
            page.Resources.XObject = Dictionary(Im0=make(pdf))
            words = f"BT 3 Tr /F1 24 Tf 40 700 Td ({text}) Tj ET"
            page.Contents = pdf.make_stream(f"q 595 0 0 842 0 0 cm /Im0 Do Q {words}".encode())
        del pdf.pages[0]

    return paper(change)


def as_jpeg(content, width=1_200, height=900):
    return lambda pdf: image(pdf, content, (width, height), Name.DCTDecode)


def as_packed_jpeg(content, width=1_200, height=900):
    filters = Array([Name.FlateDecode, Name.DCTDecode])
    return lambda pdf: image(pdf, zlib.compress(content), (width, height), filters)


def as_jpeg_2000(width=300, height=400):
    content = photos.written(photos.scene(width, height), "JPEG2000")
    said = SENTINEL.encode()
    content += (8 + len(said)).to_bytes(4) + b"uuid" + said
    return lambda pdf: image(pdf, content, (width, height), Name.JPXDecode)


def as_a_fax(width=1_240, height=1_754):
    """As copiers scan in black and white."""
    packed = io.BytesIO()
    photos.scene(width, height, "1").save(packed, "TIFF", compression="group4")
    with Image.open(packed) as tiff:
        at, size = tiff.tag_v2[273][0], tiff.tag_v2[279][0]
    content = packed.getvalue()[at : at + size]
    parameters = Dictionary(K=-1, Columns=width, Rows=height)
    return lambda pdf: image(
        pdf,
        content,
        (width, height),
        Name.CCITTFaxDecode,
        Name.DeviceGray,
        BitsPerComponent=1,
        DecodeParms=parameters,
    )


def as_it_is(width=600, height=800, bits=8, content=None):
    content = photos.scene(width, height).tobytes() if content is None else content
    packed = zlib.compress(content)
    return lambda pdf: image(pdf, packed, (width, height), Name.FlateDecode, BitsPerComponent=bits)


def very_fine():
    """A page of black and white at 1,200 to the inch: many points, and few bits."""
    packed = zlib.compress(bytes(9_921 * 14_031 // 8 + 14_031))
    return lambda pdf: image(
        pdf, packed, (9_921, 14_031), Name.FlateDecode, Name.DeviceGray, BitsPerComponent=1
    )


# --- Written again -------------------------------------------------------------------------


def changed_later():
    """Return a paper to whose end a change was added, as programs do that sign or fill."""
    content = paper(object_stream_mode=ObjectStreamMode.disable)
    start = int(content.rpartition(b"startxref\n")[2].split()[0])
    with pikepdf.open(io.BytesIO(content)) as pdf:
        number, root, size = pdf.Root.objgen[0], pdf.Root.unparse(resolved=True), pdf.trailer.Size
    place = len(content)
    added = b"%d 0 obj\n%s\nendobj\n" % (number, root)
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer<</Size %d/Root %d 0 R/Prev %d>>\n" % (
        *(number, place, int(size), number, start),
    )
    return content + added + table + b"startxref\n%d\n%%%%EOF\n" % (place + len(added))


def cut_in_its_change():
    whole = changed_later()
    return whole[: whole.rindex(b"trailer")]


# --- Made to hurt --------------------------------------------------------------------------


def launched(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F="cmd.exe")


def launched_by_a_link(pdf):
    on_page(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="cmd.exe"))


def launched_after(pdf):
    then = Dictionary(S=Name.Launch, F="cmd.exe")
    on_page(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="https://exemple.test", Next=then))


def attached(pdf):
    pdf.attachments["facture.exe"] = b"MZ"


def attached_to_a_page(pdf):
    held = Dictionary(Type=Name.Filespec, F="a", EF=Dictionary(F=pdf.make_stream(b"MZ")))
    on_page(pdf, Subtype=Name.FileAttachment, FS=held)


def filmed(pdf):
    held = Dictionary(Type=Name.Filespec, F="a", EF=Dictionary(F=pdf.make_stream(b"MZ")))
    named = Array([String("a"), held])
    content = Dictionary(Assets=Dictionary(Names=named))
    on_page(pdf, Subtype=Name.RichMedia, RichMediaContent=content)


def portfolio(pdf):
    pdf.Root.Collection = Dictionary(Type=Name.Collection)


def read_elsewhere(pdf):
    pdf.pages[0].Contents = pdf.make_stream(b"", F="/etc/passwd")


def printed_by_a_program(pdf):
    program = pdf.make_stream(b"showpage", Type=Name.XObject, Subtype=Name.PS)
    pdf.pages[0].Resources.XObject = Dictionary(P=program)


def with_a_huge_image(pdf):
    made = image(pdf, zlib.compress(bytes(1_000)), (50_000, 50_000), Name.FlateDecode)
    pdf.pages[0].Resources.XObject = Dictionary(Im0=made)


def with_a_huge_image_in_its_text(pdf):
    pdf.pages[0].Contents = pdf.make_stream(
        b"q 595 0 0 842 0 0 cm BI /W 60000 /H 60000 /CS /RGB /BPC 8 ID \x00\x00 EI Q"
    )


def swelling(times=1, megabytes=3_000):
    """Return a paper whose text, packed so many times, unpacks to gigabytes."""
    packed = bomb(megabytes)
    for _ in range(times - 1):
        packed = zlib.compress(packed, 1)

    head = b"<</Length %d/Filter[%s]>>stream\n" % (len(packed), b"/FlateDecode" * times)
    # A library would unpack it to write it.
    return pdfs.written(b"<</Type/Catalog/Pages 2 0 R>>", contents=head + packed + b"\nendstream")


def bomb(megabytes):
    squeezing = zlib.compressobj(9)
    first = squeezing.compress(b" " * 1_000_000) + squeezing.flush(zlib.Z_FULL_FLUSH)
    again = squeezing.compress(b" " * 1_000_000) + squeezing.flush(zlib.Z_FULL_FLUSH)
    return first + again * (megabytes - 1)


def plain(**saved):
    """Return a paper whose objects are read without unpacking any."""
    return paper(
        object_stream_mode=ObjectStreamMode.disable,
        compress_streams=False,
        stream_decode_level=StreamDecodeLevel.all,
        **saved,
    )


def without(name):
    """Return a paper that has lost the object that a page names so, and where its table stands."""
    content = plain()
    [number] = re.findall(name.encode() + rb" (\d+) 0 R", content)
    lost = re.compile(rb"\n%s 0 obj\n.*?endobj\n" % number, re.DOTALL)
    return lost.sub(b"\n", content, count=1)


def without_its_last_page():
    """Return a paper that has lost one of its pages, and where its table stands."""
    content = plain(pages=2)
    [*_, number] = re.search(rb"/Kids \[ (.*?) \]", content)[1].replace(b" 0 R", b"").split()
    lost = re.compile(rb"\n%s 0 obj\n.*?endobj\n" % number, re.DOTALL)
    return lost.sub(b"\n", content, count=1)


def counted_in_billions():
    """Return a paper whose table says that it has billions of objects."""
    content = paper(object_stream_mode=ObjectStreamMode.disable)
    head, _, tail = content.rpartition(b"xref\n0 ")
    first, _, rest = tail.partition(b"\n")
    assert first.isdigit()
    return head + b"xref\n0 4000000000\n" + rest


def indexed_in_billions():
    """The same, where the table is packed."""
    rows = zlib.compress(bytes(1_000))
    head = b"%PDF-1.5\n1 0 obj\n<</Type/XRef/W[1 4 2]/Index[0 4000000000]/Size 4000000000"
    said = b"/Root 2 0 R/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n"
    return head + said % (len(rows), rows) + b"startxref\n9\n%%EOF\n"


def round_and_round():
    """Return a paper whose table says that the one before it is itself."""
    content = paper(object_stream_mode=ObjectStreamMode.disable)
    start = content.rpartition(b"startxref\n")[2].split()[0]
    return content.replace(b"trailer <<", b"trailer << /Prev " + start, 1)


def pages_in_a_ring(pdf):
    tree = pdf.Root.Pages
    pages = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array([tree]), Count=1))
    tree.Kids = Array([pages])


def zipped(name="a.class", content=b"\xca\xfe\xba\xbe"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, content)
    return made.getvalue()
