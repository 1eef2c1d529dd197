"""What candidates send, right and wrong, each with the answer that is due and why.

Every file is made here, by code, when its turn comes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pikepdf import Encryption, ObjectStreamMode, Permissions

from sporades.intake import cleaning
from tests.intake import papers, pdfs, photos
from tests.intake.papers import SAID, paper, scanned
from tests.intake.photos import held, jpeg, overwritten, png

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"


@dataclass(frozen=True)
class Right:
    """A file that is taken.

    Attributes:
        make: makes it.
        why: what it stands for.
        pages: how many it has.
        says: what must still be read on it.
        shows: the corners that must be seen of a photo: above then below, from left to right.
    """

    make: Callable[[], bytes]
    why: str
    pages: int = 1
    says: str = ""
    shows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """A file that is refused.

    Attributes:
        make: makes it.
        refusal: with which words.
        why: what it would do.
    """

    make: Callable[[], bytes]
    refusal: type[cleaning.Unfit]
    why: str


IN_COLOURS = ("red", "white", "white", "blue")
IN_GREY = ("dark", "white", "white", "dark")


def photo(make, why, shows=IN_COLOURS):
    return Right(make, why, shows=shows)


def says(change, why, **saved):
    return Right(lambda: paper(change, **saved), why, says=SAID)


def nothing(_):
    pass


RIGHT = {
    # Photos
    **{
        f"jpeg held {way}": photo(lambda way=way: held(way), "a telephone says how it was held")
        for way in range(1, 9)
    },
    "png held 6": photo(lambda: held(6, "PNG"), "a PNG may say it too"),
    "12 megapixels": photo(lambda: held(6, width=4_032, height=3_024), "the usual telephone"),
    "24 megapixels": photo(lambda: jpeg(5_712, 4_284), "recent telephones"),
    "40 megapixels": photo(lambda: jpeg(7_300, 5_475), "the most that is taken"),
    "progressive": photo(lambda: jpeg(4_032, 3_024, progressive=True), "photos saved by messaging"),
    "progressive, 40 megapixels": photo(
        lambda: jpeg(7_300, 5_475, progressive=True, subsampling=0), "the heaviest to read"
    ),
    "of best quality": photo(lambda: jpeg(2_000, 1_500, quality=100, subsampling=0), "scanners"),
    "of worst quality": photo(lambda: jpeg(quality=5), "photos sent again and again"),
    "by blocks": photo(lambda: jpeg(restart_marker_rows=1), "cameras that write as they read"),
    "four inks": photo(lambda: jpeg(mode="CMYK"), "printers' programs"),
    "grey": photo(lambda: jpeg(mode="L"), "a scanner in grey", IN_GREY),
    "with notes of every kind": photo(photos.noted, "place, author, words: all of it goes"),
    "with broken notes": photo(
        lambda: photos.with_segment(jpeg(), 0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff"),
        "a program has cut its notes",
    ),
    "with an empty note": photo(lambda: photos.with_segment(jpeg(), 0xFE, b""), "an odd program"),
    "with a page of the web in its notes": photo(
        lambda: photos.with_segment(jpeg(), 0xFE, b"<script>alert(1)</script>"),
        "the pixels alone are kept",
    ),
    "followed by a film": photo(
        lambda: jpeg() + b"\0\0\0\x18ftypmp42" + bytes(2_000), "photos that move a little"
    ),
    "of two lenses": photo(photos.several, "two photos in one file: the first counts"),
    "of as many bytes as may be": photo(lambda: photos.filled(jpeg()), "the limit itself"),
    "heavy, of a telephone": photo(
        lambda: photos.grainy(4_080, 3_060, quality=95), "many telephones write 5 to 10 MB"
    ),
    "the heaviest of a telephone": photo(
        lambda: photos.grainy(7_300, 5_475, quality=91), "all that is taken, bytes and points"
    ),
    "progressive, the heaviest": photo(
        lambda: photos.grainy(7_300, 5_475, quality=90, progressive=True, subsampling=0),
        "as heavy to hold as to read",
    ),
    "a heavy png": photo(lambda: photos.grainy(3_000, 2_000, "PNG"), "a scanner's photo"),
    "a small portrait": photo(lambda: held(1, width=280, height=360), "of an identity photo"),
    "a long ticket": photo(lambda: jpeg(400, 6_000), "narrow and high"),
    "a panorama": photo(lambda: jpeg(9_000, 900), "wide and low"),
    # Pictures
    "png": photo(png, "a screenshot"),
    "png of a telephone": photo(lambda: png(1_170, 2_532), "a screenshot of a telephone"),
    "png in grey": photo(lambda: png(mode="L"), "a scanner", IN_GREY),
    "png in black and white": photo(lambda: png(mode="1"), "a scanner of texts", IN_GREY),
    "png of few colours": photo(lambda: png(mode="P"), "programs that save place"),
    "png on nothing": photo(lambda: photos.on_nothing("RGBA"), "nothing is white"),
    "png in grey on nothing": photo(lambda: photos.on_nothing("LA"), "nothing is white", IN_GREY),
    "png of few colours on nothing": photo(lambda: photos.on_nothing("P"), "nothing is white"),
    "png, one colour is nothing": photo(photos.one_colour_is_nothing, "nothing is white"),
    "png of sixteen bits": photo(photos.sixteen_bits, "fine scanners"),
    "png of sixteen bits in grey": photo(photos.sixteen_bits_of_grey, "fine scanners", IN_GREY),
    "png in passes": photo(photos.interlaced, "made for slow lines"),
    "png that moves": photo(photos.moving, "its first image counts"),
    "png with words": photo(lambda: photos.texts(photos.SENTINEL), "they go"),
    "png with packed words": photo(lambda: photos.texts("x" * 900, packed=True), "they go"),
    "png of 40 megapixels": photo(
        lambda: png(5_475, 7_300, compress_level=1), "the most that is taken"
    ),
    "png of 40 megapixels on nothing": photo(
        lambda: png(5_475, 7_300, "RGBA", compress_level=1), "the heaviest to read"
    ),
    "png that goes on": Right(photos.larger_than_it_says, "what follows the last line is not read"),
    # Papers that only forbid, papers that are damaged
    "with rights": says(
        nothing,
        "forbids to copy and to print, as official forms do",
        encryption=Encryption(
            owner="o", user="", allow=Permissions(extract=False, print_highres=False)
        ),
    ),
    "with the rights of old programs": says(
        nothing,
        "the same, forty bits",
        encryption=Encryption(owner="o", user="", R=2, aes=False, metadata=False),
    ),
    "pdf without a table": Right(
        lambda: paper().replace(b"startxref", b"startxxxx"), "its objects are found", says=SAID
    ),
    "pdf whose table is elsewhere": Right(
        lambda: re.sub(rb"startxref\n\d+", b"startxref\n7", paper()), "bytes were lost", says=SAID
    ),
    "pdf sent as text": Right(
        lambda: papers.plain().replace(b"\n", b"\r\n"), "old messaging", says=SAID
    ),
    "pdf, an object without end": Right(
        lambda: papers.plain().replace(b"endobj", b"", 1), "odd programs", says=SAID
    ),
    "counted in billions": Right(papers.counted_in_billions, "its table is made anew", says=SAID),
    "round and round": Right(
        papers.round_and_round, "a table that comes before itself is made anew", says=SAID
    ),
    # Papers of programs
    "pdf 1.3": says(nothing, "old programs", force_version="1.3"),
    "pdf 1.4": says(nothing, "scanners", force_version="1.4"),
    "pdf 1.7": says(nothing, "office programs", force_version="1.7"),
    "pdf 2.0": says(nothing, "recent programs", force_version="2.0"),
    "pdf in packed objects": says(
        nothing, "office programs", object_stream_mode=ObjectStreamMode.generate
    ),
    "pdf in plain objects": says(nothing, "old programs", qdf=True),
    "pdf for the web": says(nothing, "its first page comes first", linearize=True),
    "pdf, tagged": Right(papers.typeset, "as a word processor exports", says=SAID),
    "pdf for archives": Right(
        lambda: papers.typeset(pdf_standards="a-2b"), "PDF/A of administrations", says=SAID
    ),
    "pdf of 100 pages": Right(lambda: paper(pages=100), "the most", pages=100, says=SAID),
    "pdf of as many bytes as may be": Right(
        lambda: paper() + b"\0" * (cleaning.LARGEST - len(paper())), "the limit itself", says=SAID
    ),
    "pdf ended by blanks": Right(lambda: paper() + b"\r\n\r\n \0", "mail servers", says=SAID),
    "pdf changed later": Right(papers.changed_later, "a change added to its end", says=SAID),
    "pdf with notes": says(papers.signed_by, "author and title: they go"),
    "pdf with notes of a program": says(papers.noted_by_a_program, "they go"),
    "pdf with bookmarks": says(papers.bookmarked, "they go"),
    "pdf with links": says(papers.linked, "they go"),
    "pdf with a comment": says(papers.with_a_note, "it goes"),
    "pdf with a hidden comment": says(papers.with_a_hidden_note, "it stays hidden"),
    "pdf with styles named as programs do": Right(
        papers.styled, "programs for typesetting, in French", says=SAID
    ),
    "pdf turned": says(papers.turned, "a page on its side"),
    "pdf that says for all its pages": says(papers.from_above, "size and turn of all pages"),
    "pdf with fonts named like notes": says(
        papers.named_like_notes, "programs number as they like"
    ),
    "pdf of a photo's size": Right(
        lambda: paper(size=(5_712, 4_284)), "telephones: one point a pixel", says=SAID
    ),
    "pdf of a stamp's size": Right(lambda: paper(size=(99, 128)), "an identity photo"),
    "pdf with a script": says(papers.scripted, "official forms: it goes"),
    "pdf with a form filled in": Right(
        lambda: paper(papers.filled_in), "official forms: what was typed stays", says="Le Goff"
    ),
    "pdf left to readers": Right(
        lambda: paper(papers.left_to_readers), "what was typed is drawn", says="Le Goff"
    ),
    "pdf left to readers, with accents": Right(
        lambda: paper(lambda pdf: papers.left_to_readers(pdf, "Éloïse Œuf")),
        "what was typed is drawn",
        says="Éloïse",
    ),
    "pdf left to readers, in lines": Right(
        lambda: paper(lambda pdf: papers.left_to_readers(pdf, "Le\nGoff", Ff=1 << 12)),
        "what was typed is drawn",
        says="Goff",
    ),
    "pdf with a field that says no look": Right(
        lambda: paper(papers.without_a_look), "what was typed is drawn", says="Le Goff"
    ),
    "pdf of two forms": Right(
        lambda: paper(papers.in_two_forms), "the one that is drawn stays", says="Le Goff"
    ),
    "pdf with a button that sends": says(papers.sent_somewhere, "it sends nothing any more"),
    "pdf with a seal": Right(
        lambda: paper(papers.sealed), "how the signature looks stays", says="Sign"
    ),
    "pdf with a hidden layer": Right(lambda: paper(papers.layered), "it stays hidden"),
    # Scanned
    "scanned": Right(lambda: scanned(*[papers.as_jpeg(jpeg())] * 3), "each page a photo", pages=3),
    "scanned with notes": Right(
        lambda: scanned(papers.as_jpeg(photos.noted())), "the photo's notes go"
    ),
    "scanned with notes, packed again": Right(
        lambda: scanned(papers.as_packed_jpeg(photos.noted())), "the photo's notes go"
    ),
    "scanned with notes, progressive": Right(
        lambda: scanned(papers.as_jpeg(jpeg(progressive=True, exif=photos.exif()))),
        "the photo's notes go",
    ),
    "scanned without an end": Right(
        lambda: scanned(papers.as_jpeg(jpeg()[:-2])), "scanners that are stopped"
    ),
    "scanned in jpeg 2000": Right(lambda: scanned(papers.as_jpeg_2000()), "its notes go"),
    "scanned as a fax": Right(lambda: scanned(papers.as_a_fax()), "copiers, in black and white"),
    "scanned as it is": Right(lambda: scanned(papers.as_it_is()), "without loss"),
    "scanned very finely": Right(lambda: scanned(papers.very_fine()), "1,200 to the inch"),
    "scanned and recognised": Right(
        lambda: scanned(papers.as_jpeg(jpeg()), text=SAID), "its text is found", says=SAID
    ),
    "scanned in colours, 20 pages": Right(
        lambda: scanned(*[papers.as_it_is(1_654, 2_339)] * 20), "a whole file", pages=20
    ),
}

WRONG = {
    # Of another type, whatever its name
    "empty": Wrong(lambda: b"", cleaning.Empty, "nothing"),
    "one byte": Wrong(lambda: b"%", cleaning.Unknown, "nothing"),
    "eicar": Wrong(lambda: EICAR, cleaning.Unknown, "the test of antivirus programs"),
    "a page of the web": Wrong(
        lambda: b"<!DOCTYPE html><script>alert(1)</script>", cleaning.Unknown, "named .pdf"
    ),
    "a drawing with a script": Wrong(
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        cleaning.Unknown,
        "named .png",
    ),
    "a text": Wrong(lambda: "é".encode() * 100, cleaning.Unknown, "named .jpg"),
    "a program": Wrong(lambda: b"MZ\x90\0" + bytes(600), cleaning.Unknown, "named .pdf"),
    "a program of another system": Wrong(
        lambda: b"\x7fELF" + bytes(600), cleaning.Unknown, "named .pdf"
    ),
    "an office document": Wrong(
        lambda: papers.zipped("word/document.xml"), cleaning.Unknown, "it may hold programs"
    ),
    "an archive": Wrong(papers.zipped, cleaning.Unknown, "what is in it is not looked at"),
    "a gif": Wrong(lambda: photos.written(photos.scene(), "GIF"), cleaning.Unknown, "no photo"),
    "a gif and a program": Wrong(
        lambda: photos.written(photos.scene(), "GIF") + papers.zipped(), cleaning.Unknown, "gifar"
    ),
    "a tiff": Wrong(lambda: photos.written(photos.scene(), "TIFF"), cleaning.Unknown, "unread"),
    "a bitmap": Wrong(lambda: photos.written(photos.scene(), "BMP"), cleaning.Unknown, "unread"),
    "a webp": Wrong(lambda: photos.written(photos.scene(), "WEBP"), cleaning.Unknown, "unread"),
    "a heic": Wrong(
        lambda: b"\0\0\0\x24ftypheic" + bytes(900), cleaning.Heic, "an iPhone: what to do is said"
    ),
    "a heif": Wrong(lambda: b"\0\0\0\x24ftypmif1" + bytes(900), cleaning.Heic, "the same"),
    "a film": Wrong(lambda: b"\0\0\0\x18ftypmp42" + bytes(900), cleaning.Unknown, "no photo"),
    # Two things in one
    "a jpeg and a program": Wrong(
        lambda: jpeg() + papers.zipped(), cleaning.Hides, "read as an archive by its end"
    ),
    "a png and a program": Wrong(lambda: png() + papers.zipped(), cleaning.Hides, "the same"),
    "a pdf and a program": Wrong(lambda: paper() + papers.zipped(), cleaning.Hides, "the same"),
    "a pdf in a page of the web": Wrong(
        lambda: b"<html><script>alert(1)</script>" + paper(), cleaning.Unknown, "read by a browser"
    ),
    "a page of the web in a pdf": Wrong(
        lambda: paper().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1),
        cleaning.Hides,
        "read by a browser that guesses",
    ),
    "bytes before a pdf": Wrong(lambda: b"\n\n" + paper(), cleaning.Unknown, "what are they?"),
    "a program after a pdf": Wrong(lambda: paper() + b"MZ\x90\0", cleaning.Hides, "run by its end"),
    "eicar after a pdf": Wrong(lambda: paper() + EICAR, cleaning.Hides, "what is it for?"),
    # Too large
    "one byte too many": Wrong(
        lambda: photos.filled(jpeg(), cleaning.LARGEST_PHOTO + 1),
        cleaning.TooLargePhoto,
        "the limit, and one",
    ),
    "a heavy text": Wrong(
        lambda: b"a" * (cleaning.LARGEST_PHOTO + 1), cleaning.Unknown, "no smaller one would do"
    ),
    "a heavy heic": Wrong(
        lambda: photos.filled(b"\0\0\0\x24ftypheic", cleaning.LARGEST_PHOTO + 1),
        cleaning.Heic,
        "no smaller one would do",
    ),
    "a pdf of one byte too many": Wrong(
        lambda: paper() + bytes(cleaning.LARGEST), cleaning.TooLarge, "more than the limit"
    ),
    # Photos made to hurt
    "png of billions of points": Wrong(
        photos.monstrous, cleaning.TooManyPixels, "gigabytes for whoever opens it"
    ),
    "jpeg of billions of points": Wrong(
        photos.huge_jpeg, cleaning.TooManyPixels, "gigabytes for whoever opens it"
    ),
    "41 megapixels": Wrong(
        lambda: jpeg(8_200, 5_001), cleaning.TooManyPixels, "the limit, and one"
    ),
    "png with words that swell": Wrong(
        lambda: photos.with_a_bomb(b"zTXt"), cleaning.DamagedPhoto, "a hundred megabytes of words"
    ),
    "png with colours that swell": Wrong(
        lambda: photos.with_a_bomb(b"iCCP"), cleaning.DamagedPhoto, "a hundred megabytes of colours"
    ),
    "jpeg, cut": Wrong(lambda: jpeg()[:-400], cleaning.DamagedPhoto, "its end would be grey"),
    "jpeg, its head alone": Wrong(lambda: jpeg()[:300], cleaning.DamagedPhoto, "cut at once"),
    "jpeg, three bytes": Wrong(lambda: jpeg()[:3], cleaning.DamagedPhoto, "cut at once"),
    "jpeg of noise": Wrong(lambda: jpeg()[:4] + bytes(900), cleaning.DamagedPhoto, "no photo"),
    "png, cut": Wrong(lambda: png()[:-600], cleaning.DamagedPhoto, "its end would be black"),
    "png, overwritten": Wrong(
        lambda: overwritten(photos.grainy(600, 800, "PNG")),
        cleaning.DamagedPhoto,
        "a part would be black",
    ),
    "png, its start alone": Wrong(lambda: png()[:8], cleaning.DamagedPhoto, "cut at once"),
    "png, changed": Wrong(
        lambda: png().replace(b"IHDR\0\0", b"IHDR\0\1", 1), cleaning.DamagedPhoto, "not as written"
    ),
    "a drawing named png inside": Wrong(
        lambda: png()[:8] + b"<svg onload='alert(1)'/>", cleaning.DamagedPhoto, "its start alone"
    ),
    # Papers that do something
    "launched": Wrong(lambda: paper(papers.launched), cleaning.Launches, "at its opening"),
    "launched by a link": Wrong(
        lambda: paper(papers.launched_by_a_link), cleaning.Launches, "at a click"
    ),
    "launched after": Wrong(
        lambda: paper(papers.launched_after, object_stream_mode=ObjectStreamMode.generate),
        cleaning.Launches,
        "after something else",
    ),
    "attached": Wrong(lambda: paper(papers.attached), cleaning.Holds, "a program"),
    "attached to a page": Wrong(lambda: paper(papers.attached_to_a_page), cleaning.Holds, "there"),
    "a film within": Wrong(lambda: paper(papers.filmed), cleaning.Holds, "or anything"),
    "a portfolio": Wrong(lambda: paper(papers.portfolio), cleaning.Holds, "files in a file"),
    "read elsewhere": Wrong(lambda: paper(papers.read_elsewhere), cleaning.Holds, "our files"),
    "printed by a program": Wrong(
        lambda: paper(papers.printed_by_a_program), cleaning.Launches, "at the printer"
    ),
    "drawn by one program": Wrong(
        lambda: paper(papers.drawn_by_one_program), cleaning.Dynamic, "others show « please wait »"
    ),
    "with a password": Wrong(pdfs.with_password, cleaning.Locked, "nobody could read it"),
    "with rights and a password": Wrong(
        lambda: paper(encryption=Encryption(owner="o", user="u")), cleaning.Locked, "as a bank does"
    ),
    # Papers that are not whole
    "pdf, its head alone": Wrong(lambda: b"%PDF-1.7\nrien", cleaning.Incomplete, "no paper"),
    "pdf, cut in two": Wrong(lambda: paper()[: len(paper()) // 2], cleaning.Incomplete, "cut"),
    "pdf, its last line cut": Wrong(lambda: paper()[:-7], cleaning.Incomplete, "cut"),
    "pdf, its change cut": Wrong(papers.cut_in_its_change, cleaning.Incomplete, "cut later"),
    "pdf for the web, cut": Wrong(
        lambda: paper(pages=40, linearize=True)[:-3_000], cleaning.Incomplete, "cut after its start"
    ),
    "pdf that has lost a page": Wrong(
        papers.without_its_last_page, cleaning.Unreadable, "half a paper"
    ),
    "pdf that has lost what it draws": Wrong(
        lambda: papers.without("/Contents"), cleaning.Unreadable, "a blank page"
    ),
    "pdf that has lost its letters": Wrong(
        lambda: papers.without("/F1"), cleaning.Unreadable, "a blank page"
    ),
    "pdf that has lost its table and all objects": Wrong(
        lambda: papers.plain().replace(b" 0 obj", b" 0 abj"), cleaning.Unreadable, "nothing is left"
    ),
    "pdf without a page": Wrong(lambda: paper(pages=0), cleaning.Unreadable, "nothing to read"),
    "pdf of words": Wrong(
        lambda: b"%PDF-1.7\nrien\nstartxref\n0\n%%EOF", cleaning.Unreadable, "no paper"
    ),
    "pages in a ring": Wrong(
        lambda: paper(papers.pages_in_a_ring), cleaning.Unreadable, "read for ever"
    ),
    # Papers made to hurt
    "101 pages": Wrong(lambda: paper(pages=101), cleaning.TooManyPages, "the limit, and one"),
    "1,000 pages": Wrong(lambda: paper(pages=1_000), cleaning.TooManyPages, "nobody reads them"),
    "a wall": Wrong(lambda: pdfs.of_side(842, 20_000), cleaning.SizesWrong, "7 metres high"),
    "a wall, by its unit": Wrong(
        lambda: pdfs.of_side(595, 842, unit=200), cleaning.SizesWrong, "60 metres high"
    ),
    "a line": Wrong(lambda: pdfs.of_side(595, 2), cleaning.SizesWrong, "nothing is seen"),
    "a huge image in a paper": Wrong(
        lambda: paper(papers.with_a_huge_image), cleaning.TooManyPixels, "gigabytes"
    ),
    "a huge image in the text of a paper": Wrong(
        lambda: paper(papers.with_a_huge_image_in_its_text), cleaning.TooManyPixels, "gigabytes"
    ),
    "swelling text": Wrong(papers.swelling, cleaning.TooHeavy, "gigabytes"),
    "swelling twice": Wrong(lambda: papers.swelling(times=2), cleaning.TooHeavy, "gigabytes"),
    "swelling objects": Wrong(lambda: pdfs.swelling(800), cleaning.TooHeavy, "before any page"),
    "indexed in billions": Wrong(
        papers.indexed_in_billions, cleaning.Unreadable, "a packed table of billions"
    ),
}
