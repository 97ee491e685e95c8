"""Hostile workbooks, made from a seed: every kind in as many variations as are asked for.

Each kind begins with a good workbook, or with none, and makes it what somebody could send.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

Parts = dict[str, bytes]
Kind = Callable[[random.Random], bytes]

MEGABYTE = 1024 * 1024
HEADER = ("班次", "姓名", "证件号码", "人员类别", "开始日期", "是否转岗")
PERSON = ("1", "张三", "410499197909020081", "企业职工", "2026-09-07", "否")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>'
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, BOOK_RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
KINDS: dict[str, Kind] = {}


def hostile(make: Kind) -> Kind:
    """One more kind."""
    KINDS[make.__name__] = make
    return make


def corpus(count: int, seed: int = 4) -> Iterator[tuple[str, bytes]]:
    """So many workbooks, of every kind in turn, with a name for each."""
    names = list(KINDS)
    for number in range(count):
        name, round_ = names[number % len(names)], number // len(names)
        yield f"{number:03d}-{name}", KINDS[name](random.Random(f"{seed}-{name}-{round_}"))


def write_corpus(folder: Path, count: int, seed: int = 4) -> None:
    """The workbooks as files, so that whoever reads them did not hold what they were made of."""
    for name, content in corpus(count, seed):
        (folder / name).write_bytes(content)


# --- a good one --------------------------------------------------------------------------------------------


def column(number: int) -> str:
    """The letters of a column, from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, values: Iterable[str]) -> str:
    cells = (text_cell(f"{column(place)}{number}", value) for place, value in enumerate(values, start=1))
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(rows: Iterable[str], *, before: str = "", after: str = "") -> bytes:
    data = "".join((row(1, HEADER), *rows))
    whole = f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{after}</worksheet>'
    return f"{DECLARED}{before}{whole}".encode()


def relations(*entries: tuple[str, str], mode: str = "") -> bytes:
    written = "".join(
        f'<Relationship Id="rId{number}" Type="{DOCUMENT}/{kind}" Target="{target}"{mode}/>'
        for number, (kind, target) in enumerate(entries, start=1)
    )
    return f'{DECLARED}<Relationships xmlns="{PACKAGE}">{written}</Relationships>'.encode()


def good() -> Parts:
    return {
        "[Content_Types].xml": (
            f'{DECLARED}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}"/></Types>'
        ).encode(),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        BOOK: (
            f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}">'
            '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        BOOK_RELATIONS: relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        SHEET: sheet([row(2, PERSON)]),
        STRINGS: f'{DECLARED}<sst xmlns="{MAIN}"><si><t>张三</t></si></sst>'.encode(),
        STYLES: (
            f'{DECLARED}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
            "</cellXfs></styleSheet>"
        ).encode(),
    }


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    return packed(good() | {name: content})


def with_cells(cells: str, *, after: str = "") -> bytes:
    return with_part(SHEET, sheet([f'<row r="2">{cells}</row>'], after=after))


def repeated(name: str, head: bytes, unit: bytes, count: int, tail: bytes) -> bytes:
    """A workbook with a part that is written without being held."""
    target = io.BytesIO()
    block = unit * max(1, MEGABYTE // len(unit))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, content in good().items():
            if other != name:
                archive.writestr(other, content)
        with archive.open(name, "w", force_zip64=True) as part:
            part.write(head)
            whole, rest = divmod(count * len(unit), len(block))
            for _ in range(whole):
                part.write(block)
            part.write(unit * (rest // len(unit)))
            part.write(tail)
    return target.getvalue()


# --- no workbook at all ------------------------------------------------------------------------------------


@hostile
def nothing_or_noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 3, 100, 4096, 100_000)))


@hostile
def noise_that_begins_like_a_zip(chance: random.Random) -> bytes:
    return b"PK\x03\x04" + chance.randbytes(chance.randrange(5_000))


@hostile
def a_table_as_text(chance: random.Random) -> bytes:
    lines = "\r\n".join(chance.choice((",", "\t")).join(PERSON) for _ in range(chance.randrange(1, 200)))
    return lines.encode(chance.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16")))


@hostile
def a_web_page(chance: random.Random) -> bytes:
    start = chance.choice(("<html>", "<!DOCTYPE html>", "<table>", "  \n<HTML>"))
    return f"{start}<td>{'<td>'.join(PERSON)}<script>alert(1)</script>".encode(
        chance.choice(("utf-8", "gbk"))
    )


@hostile
def xml_of_its_own(chance: random.Random) -> bytes:
    entity = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' if chance.random() < 0.5 else ""
    return f'<?xml version="1.0"?>{entity}<Workbook><Worksheet/></Workbook>'.encode()


@hostile
def another_format(chance: random.Random) -> bytes:
    start = chance.choice(
        (b"%PDF-1.7\n", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"Rar!\x1a", b"7z\xbc\xaf", b"\x1f\x8b\x08")
    )
    return start + chance.randbytes(1_000)


@hostile
def an_old_workbook(chance: random.Random) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + chance.randbytes(2_000) + "Workbook".encode("utf-16-le")


@hostile
def one_with_a_password(chance: random.Random) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + chance.randbytes(900) + "EncryptedPackage".encode("utf-16-le")
    )


@hostile
def another_document(chance: random.Random) -> bytes:
    name = chance.choice(("word/document.xml", "ppt/presentation.xml", "xl/workbook.bin", "content.xml"))
    types = {
        "[Content_Types].xml": good()["[Content_Types].xml"],
        "_rels/.rels": relations(("officeDocument", name)),
    }
    return packed(types | {name: b"<a/>"})


@hostile
def a_workbook_in_a_zip(chance: random.Random) -> bytes:
    content = packed(good())
    for _ in range(chance.randrange(1, 6)):
        content = packed({"名册.xlsx": content})
    return content


# --- a damaged or twisted zip ------------------------------------------------------------------------------


@hostile
def cut_off(chance: random.Random) -> bytes:
    content = packed(good())
    return content[: chance.randrange(4, len(content))]


@hostile
def with_wrong_bytes(chance: random.Random) -> bytes:
    content = bytearray(packed(good()))
    for _ in range(chance.randrange(1, 40)):
        content[chance.randrange(4, len(content))] = chance.randrange(256)
    return bytes(content)


@hostile
def packed_otherwise(chance: random.Random) -> bytes:
    return packed(good(), chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


@hostile
def encrypted_parts(chance: random.Random) -> bytes:
    content = bytearray(packed(good()))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content) + b"" * chance.randrange(1, 2)


@hostile
def too_many_parts(chance: random.Random) -> bytes:
    count = chance.choice((1_001, 5_000, 20_000))
    return packed(good() | {f"xl/media/{number}.png": b"" for number in range(count)})


@hostile
def parts_of_one_name(chance: random.Random) -> bytes:
    target = io.BytesIO()
    other = chance.choice((SHEET.upper(), SHEET.replace("/", "\\"), "/" + SHEET))
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (good() | {other: sheet([row(2, PERSON), row(3, PERSON)])}).items():
            archive.writestr(name, content)
    return target.getvalue()


@hostile
def a_bomb(chance: random.Random) -> bytes:
    name = chance.choice((SHEET, STRINGS, STYLES, BOOK, "xl/theme/theme1.xml", "xl/media/image1.bmp"))
    return repeated(name, b"<a>", b" ", chance.randrange(65, 200) * MEGABYTE, b"</a>")


@hostile
def a_bomb_that_lies(chance: random.Random) -> bytes:
    """The sizes in the directory are small, what comes out is not."""
    name, size = chance.choice((SHEET, STRINGS, STYLES)), chance.randrange(40, 120) * MEGABYTE
    content = bytearray(repeated(name, b"<a>", b"x", size, b"</a>"))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, chance.choice((10, 1_000, 30 * MEGABYTE)))
    return bytes(content)


@hostile
def parts_that_overlap(chance: random.Random) -> bytes:
    """One stream that many entries of the directory share."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(b" " * MEGABYTE * 8) + packer.flush()
    count, size = chance.randrange(50, 900), chance.choice((MEGABYTE, 8 * MEGABYTE))
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(stream), size, 1, 0) + b"a"
    entries = b""
    for number in range(count):
        name = f"xl/{number}".encode()
        entries += struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            0,
            0,
            len(stream),
            size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        entries += name
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entries), len(local) + len(stream), 0
    )
    return local + stream + entries + end


@hostile
def zips_inside(chance: random.Random) -> bytes:
    inner = packed({"a": b" " * MEGABYTE})
    for _ in range(chance.randrange(1, 8)):
        inner = packed({f"{number}.zip": inner for number in range(4)})
    return packed(good() | {"xl/embeddings/oleObject1.bin": inner, "xl/embeddings/a.xlsx": packed(good())})


# --- parts that do not belong together ---------------------------------------------------------------------


@hostile
def wrong_relations(chance: random.Random) -> bytes:
    targets = (
        "../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "nowhere.xml",
        "",
    )
    target = chance.choice(targets)
    mode = ' TargetMode="External"' if chance.random() < 0.5 else ""
    return with_part(
        chance.choice(("_rels/.rels", BOOK_RELATIONS)),
        relations(("officeDocument", target), ("worksheet", target), ("sharedStrings", target), mode=mode),
    )


@hostile
def missing_parts(chance: random.Random) -> bytes:
    parts = good()
    for name in chance.sample(sorted(parts), chance.randrange(1, 4)):
        del parts[name]
    return packed(parts)


@hostile
def no_sheet_to_see(chance: random.Random) -> bytes:
    sheets = chance.choice(
        (
            "",
            '<sheet name="a" sheetId="1" state="hidden" r:id="rId1"/>',
            '<sheet name="a" sheetId="1" state="veryHidden" r:id="rId1"/>',
            '<sheet name="a" sheetId="1" r:id="rId2"/>',
            '<sheet name="a" sheetId="1" r:id="rId99"/>',
            '<sheet name="a" sheetId="1"/>',
        )
    )
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{sheets}</sheets></workbook>'
    return with_part(BOOK, book.encode())


@hostile
def wrong_types(chance: random.Random) -> bytes:
    parts = good()
    one, other = chance.sample((SHEET, STRINGS, STYLES, BOOK, BOOK_RELATIONS, "[Content_Types].xml"), 2)
    parts[one], parts[other] = parts[other], parts[one]
    return packed(parts)


@hostile
def macros(chance: random.Random) -> bytes:
    more: Parts = {}
    way = chance.randrange(3)
    if way == 0:
        more["xl/vbaProject.bin"] = chance.randbytes(500)
    elif way == 1:
        more["xl/macrosheets/sheet1.xml"] = b"<a/>"
    else:
        types = good()["[Content_Types].xml"].replace(
            TYPES.encode(), b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        )
        more["[Content_Types].xml"] = types
    return packed(good() | more)


@hostile
def links_to_elsewhere(chance: random.Random) -> bytes:
    link = f"http://127.0.0.1:{chance.randrange(1, 65_536)}/x"
    parts = good() | {
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
            ("externalLinkPath", link), mode=' TargetMode="External"'
        ),
        "xl/connections.xml": f'<connections><webPr url="{link}"/></connections>'.encode(),
    }
    formula = chance.choice(
        ("[1]Sheet1!A1", f'WEBSERVICE("{link}")'.replace('"', "&quot;"), "cmd|'/c calc'!A1")
    )
    parts[SHEET] = sheet([f'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>{formula}</f><v>1</v></c></row>'])
    return packed(parts)


# --- a sheet that is too much ------------------------------------------------------------------------------


@hostile
def a_million_empty_rows(chance: random.Random) -> bytes:
    head, tail = sheet([]).split(b"</sheetData>")
    unit = b'<row ht="15">' + b'<c s="1"/>' * chance.randrange(4) + b"</row>"
    return repeated(SHEET, head, unit, 1_048_575, b"</sheetData>" + tail)


@hostile
def a_cell_far_away(chance: random.Random) -> bytes:
    number = chance.choice((1, 1_048_576))
    place = chance.choice(("XFD", "ZZ", "CZ"))
    if number == 1:
        header = row(1, HEADER).removesuffix("</row>") + text_cell(f"{place}1", "x") + "</row>"
        return with_part(SHEET, sheet([]).replace(row(1, HEADER).encode(), header.encode()))
    return with_part(
        SHEET, sheet([row(2, PERSON), f'<row r="{number}">{text_cell(f"{place}{number}", "x")}</row>'])
    )


@hostile
def too_many_people(chance: random.Random) -> bytes:
    return with_part(
        SHEET, sheet(row(number, PERSON) for number in range(2, chance.randrange(10_003, 20_000)))
    )


@hostile
def wide_rows(chance: random.Random) -> bytes:
    values = [str(number) for number in range(chance.randrange(100, 1_000))]
    return with_part(SHEET, sheet(row(number, values) for number in range(2, 200)))


@hostile
def endless_texts(chance: random.Random) -> bytes:
    text = "长" * chance.randrange(1_001, 3 * MEGABYTE)
    return with_cells(text_cell("A2", "1") + text_cell("B2", text))


@hostile
def endless_shared_strings(chance: random.Random) -> bytes:
    head = f'<sst xmlns="{MAIN}">'.encode()
    unit = b"<si><t>" + b"x" * chance.choice((0, 1, 50, 900)) + b"</t></si>"
    return repeated(STRINGS, head, unit, 31 * MEGABYTE // len(unit), b"</sst>")


@hostile
def one_string_everywhere(chance: random.Random) -> bytes:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"长" * 1_000}</t></si></sst>'.encode()
    cells = '<c t="s"><v>0</v></c>' * chance.randrange(10, 60)
    rows = (f'<row r="{number}">{cells}</row>' for number in range(2, 10_002))
    return packed(good() | {STRINGS: strings, SHEET: sheet(rows)})


@hostile
def endless_styles(chance: random.Random) -> bytes:
    head = f'<styleSheet xmlns="{MAIN}"><numFmts/><cellXfs>'.encode()
    code = "y" * chance.choice((1, 200, 5_000))
    unit = f'<numFmt numFmtId="200" formatCode="{code}"/><xf numFmtId="14"/>'.encode()
    return repeated(STYLES, head, unit, 31 * MEGABYTE // len(unit), b"</cellXfs></styleSheet>")


@hostile
def merged_beyond_measure(chance: random.Random) -> bytes:
    many = (f'<mergeCell ref="A{number}:C{number + 5}"/>' for number in range(1, 200_000))
    merges = chance.choice(
        (
            '<mergeCell ref="A1:XFD1048576"/>',
            "".join(many),
            '<mergeCell ref="A2:A9"/>',
            '<mergeCell ref="?"/>',
        )
    )
    rows = (row(number, PERSON) for number in range(2, chance.choice((20, 5_000))))
    return with_part(SHEET, sheet(rows, after=f"<mergeCells>{merges}</mergeCells>"))


# --- markup against whoever reads it -----------------------------------------------------------------------


def laughs(depth: int) -> str:
    entities = "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10 if level else "ha"}">' for level in range(depth)
    )
    return f"<!DOCTYPE a [{entities}]>"


@hostile
def a_billion_laughs(chance: random.Random) -> bytes:
    name = chance.choice((SHEET, STRINGS, STYLES, BOOK, BOOK_RELATIONS, "_rels/.rels"))
    depth = chance.randrange(5, 12)
    content = f'<?xml version="1.0"?>{laughs(depth)}<a xmlns="{MAIN}">&e{depth - 1};</a>'
    return with_part(name, content.encode(chance.choice(("utf-8", "utf-16"))))


@hostile
def entities_from_elsewhere(chance: random.Random) -> bytes:
    address = chance.choice(
        ("file:///etc/passwd", "http://127.0.0.1:9/", "file:///dev/zero", "file:///proc/self/environ")
    )
    declared = chance.choice(
        (
            f'<!DOCTYPE a SYSTEM "{address}">',
            f'<!DOCTYPE a [<!ENTITY b SYSTEM "{address}">]>',
            f'<!DOCTYPE a [<!ENTITY % b SYSTEM "{address}"> %b;]>',
        )
    )
    return with_part(SHEET, sheet([f'<row r="2">{text_cell("A2", "&b;")}</row>'], before=declared))


@hostile
def endless_nesting(chance: random.Random) -> bytes:
    name = chance.choice((SHEET, STRINGS, STYLES))
    unit = chance.choice((b"<a>", b"<c>", b"<si>", b"<row>"))
    return repeated(name, f'<worksheet xmlns="{MAIN}"><sheetData>'.encode(), unit, 5_000_000, b"")


@hostile
def endless_markup(chance: random.Random) -> bytes:
    unit = chance.choice((b"<!---->", b"<?a b?>", b"<![CDATA[x]]>", b"&#x41;", b"&amp;", b"\n", b"<a/>"))
    head = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>'.encode()
    return repeated(SHEET, head, unit, 30 * MEGABYTE // len(unit), b"</v></c></row></sheetData></worksheet>")


@hostile
def endless_attributes(chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        given = 'a="' + "x" * (chance.randrange(1, 31) * MEGABYTE) + '"'
    else:
        given = " ".join(f'a{number}=""' for number in range(chance.choice((10_000, 1_000_000))))
    name = chance.choice((SHEET, STRINGS, BOOK))
    return with_part(name, f'<worksheet xmlns="{MAIN}" {given}><sheetData/></worksheet>'.encode())


@hostile
def endless_namespaces(chance: random.Random) -> bytes:
    spaces = " ".join(
        f'xmlns:a{number}="{"u" * 200}{number}"' for number in range(chance.choice((1_000, 90_000)))
    )
    return with_part(SHEET, f'<worksheet xmlns="{MAIN}" {spaces}><a1:sheetData/></worksheet>'.encode())


@hostile
def another_encoding(chance: random.Random) -> bytes:
    encoding = chance.choice(
        ("gbk", "utf-16", "utf-16-le", "utf-7", "big5", "shift_jis", "ascii", "nowhere-8")
    )
    content = sheet([row(2, PERSON)]).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    try:
        return with_part(SHEET, content.encode(encoding, "replace"))
    except LookupError:
        return with_part(SHEET, content.encode())


@hostile
def invalid_characters(chance: random.Random) -> bytes:
    content = bytearray(sheet([row(2, PERSON)]))
    for _ in range(chance.randrange(1, 5)):
        content[chance.randrange(60, len(content))] = chance.choice((0, 1, 0x0B, 0xFF, 0xC0, 0xED))
    return with_part(SHEET, bytes(content))


# --- cells that are not what they look like ----------------------------------------------------------------


@hostile
def formulas(chance: random.Random) -> bytes:
    formula = chance.choice(
        (
            "<f>A1</f>",
            '<f t="shared" si="0"/>',
            '<f t="array" ref="A2:F9">ROW()</f>',
            "<f>cmd|'/c calc'!A1</f>",
            '<f>HYPERLINK("http://127.0.0.1","x")</f>',
            f"<f>{'A1+' * 100_000}A1</f>",
        )
    )
    cells = "".join(f'<c r="{column(place)}2" t="str">{formula}<v>x</v></c>' for place in range(1, 7))
    return with_cells(cells)


@hostile
def errors(chance: random.Random) -> bytes:
    value = chance.choice(("#N/A", "#REF!", "#DIV/0!", "#GETTING_DATA", "x" * 5_000))
    return with_cells("".join(f'<c r="{column(place)}2" t="e"><v>{value}</v></c>' for place in range(1, 7)))


@hostile
def strings_that_are_not_there(chance: random.Random) -> bytes:
    index = chance.choice(
        ("1", "-1", "99999999999", "4294967296", "x", "1.5", "０", " 0", "1e3", "9" * 5_000)
    )
    return with_cells("".join(f'<c r="{column(place)}2" t="s"><v>{index}</v></c>' for place in range(1, 7)))


@hostile
def strange_numbers(chance: random.Random) -> bytes:
    numbers = (
        "1E999",
        "-1E999",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "٣",
        "4.1049919790902E+17",
        "-0",
        "1" * 5_000,
    )
    style = chance.choice(("", ' s="1"', ' s="99999"', ' s="-1"', ' s="x"'))
    value = chance.choice((*numbers, "410499197909020081", "2958466", "-1", "60", "0.5", "1E300"))
    return with_cells("".join(f'<c r="{column(place)}2"{style}><v>{value}</v></c>' for place in range(1, 7)))


@hostile
def strange_kinds(chance: random.Random) -> bytes:
    kind = chance.choice(("zzz", "b", "d", "", "S", "inlineStr", "str", "e"))
    value = chance.choice(("1", "true", "2026-09-07T00:00:00", "2026-13-45", "x", "T" * 2_000))
    return with_cells(
        "".join(f'<c r="{column(place)}2" t="{kind}"><v>{value}</v></c>' for place in range(1, 7))
    )


@hostile
def strange_references(chance: random.Random) -> bytes:
    reference = chance.choice(
        ("A0", "XFE2", "a2", "A3", "2A", "A", "2", "A2:B2", "$A$2", "Ａ2", "A99999999999", "AAAA2")
    )
    rows = f'<row r="2">{text_cell("B2", "x")}{text_cell(reference, "y")}</row>'
    number = chance.choice(("2", "1", "0", "-5", "1048577", "x", "99999999999999999999"))
    return with_part(SHEET, sheet([rows, f'<row r="{number}">{text_cell(f"A{number}", "z")}</row>']))


@hostile
def strange_texts(chance: random.Random) -> bytes:
    texts = (
        "_x0000_",
        "_xD83D__xDE00_",
        "_x005F_x000D_",
        "\u202e",
        "\u200b",
        "&#xFFFD;",
        "=1+1",
        "@SUM(A1)",
        "+1",
        "-1",
    )
    text = chance.choice(texts) * chance.randrange(1, 50)
    rich = f"<is><r><rPr/><t>{text}</t></r><rPh><t>拼音</t></rPh><r><t>二</t></r></is>"
    return with_cells("".join(f'<c r="{column(place)}2" t="inlineStr">{rich}</c>' for place in range(1, 7)))


@hostile
def things_in_wrong_places(chance: random.Random) -> bytes:
    one = text_cell("A2", "x")
    inner = chance.choice(
        (
            f"<c>{one}</c>",
            f"<v>{one}</v>",
            f"<row>{one}</row>",
            "<sheetData><row/></sheetData>",
            "<t>x</t><v>1</v>",
        )
    )
    return with_part(SHEET, sheet([f'<row r="2"><c r="A2">{inner}</c></row>'], after=row(3, PERSON)))


@hostile
def hidden_people(chance: random.Random) -> bytes:
    lines = (
        row(number, PERSON).replace("<row ", '<row hidden="1" ')
        for number in range(2, chance.randrange(3, 50))
    )
    return with_part(SHEET, sheet(lines))
