"""What a file is by its content: sound ones are taken, whatever is cut off, doubled or hostile is not."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.files import JPEG, PDF, PNG, exif, jpeg, pdf_with, pdf_with_packed, segment
from workflow.attachments.errors import Unacceptable
from workflow.attachments.kinds import FileKind, Inspected, inspect
from workflow.attachments.limits import MEGABYTE, MOST_BYTES

SOUND = {FileKind.PDF: PDF, FileKind.JPEG: JPEG, FileKind.PNG: PNG}


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("run.js", "alert(1)")
    return written.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"".join((chunk(b"IHDR", head), *more, chunk(b"IDAT", b"x"), chunk(b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def refusal(content: bytes) -> str:
    with pytest.raises(Unacceptable) as refused:
        inspect(content)
    return str(refused.value)


@pytest.mark.parametrize("kind", list(FileKind))
def test_a_sound_file_is_what_its_content_says(kind: FileKind) -> None:
    assert inspect(SOUND[kind]) == Inspected(kind, has_location=False)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_that_tells_where_it_was_taken_is_noted(order: str) -> None:
    assert inspect(jpeg(location=True, order=order)).has_location
    assert not inspect(jpeg(location=False, order=order)).has_location
    assert inspect(png(4, 4, chunk(b"eXIf", exif(with_location=True, order=order)))).has_location


def test_a_jpeg_of_a_telephone_with_a_film_behind_its_end_is_taken() -> None:
    assert inspect(JPEG + b"\x00\x00\x00\x18ftypmp42 a short film").kind is FileKind.JPEG


def test_empty_and_too_large_files_are_told_the_limit() -> None:
    assert "空文件" in refusal(b"")
    assert refusal(PDF + b" " * MOST_BYTES) == "有 10 MB，每个文件不超过 10 MB"
    assert "有 12.5 MB" in refusal(JPEG + bytes(12 * MEGABYTE + MEGABYTE // 2))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(), "压缩包"),
        (b"GIF89a", "GIF"),
        (b"BM123", "BMP"),
        (b"II*\x00", "TIFF"),
        (b"\x00\x00\x00\x18ftypheic1234", "HEIC"),
        (b"RIFF1234WEBPVP8 ", "WebP"),
        (b"MZ\x90", "可执行程序"),
        (b"\xd0\xcf\x11\xe0\xa1", "旧版 Office"),
        (b"<html><script>alert(1)</script>", "改扩展名无效"),
        (b"\xef\xbb\xbf%PDF-1.4", "改扩展名无效"),
        (b"hello", "改扩展名无效"),
    ],
)
def test_another_type_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    message = refusal(content)
    assert message.startswith("不是 PDF、JPEG 或者 PNG 文件")
    assert said in message


@pytest.mark.parametrize("kind", list(FileKind))
def test_a_file_cut_off_anywhere_is_never_taken(kind: FileKind) -> None:
    whole = SOUND[kind]
    # The last blanks of a PDF may be missing.
    for length in range(len(whole.rstrip())):
        with pytest.raises(Unacceptable):
            inspect(whole[:length])


@given(kind=st.sampled_from(FileKind), place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_an_altered_byte_leads_to_a_kind_or_a_refusal_and_to_nothing_else(
    kind: FileKind, place: int, byte: int
) -> None:
    altered = bytearray(SOUND[kind])
    altered[place % len(altered)] = byte
    with contextlib.suppress(Unacceptable):
        assert inspect(bytes(altered)).kind is kind


@given(
    start=st.sampled_from([b"%PDF-1.4", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]), rest=st.binary(max_size=400)
)
def test_noise_behind_a_right_beginning_is_refused(start: bytes, rest: bytes) -> None:
    with pytest.raises(Unacceptable):
        inspect(start + rest)


@pytest.mark.parametrize("kind", list(FileKind))
def test_a_file_that_is_an_archive_besides_is_refused(kind: FileKind) -> None:
    assert refusal(SOUND[kind] + archive())


def test_an_archive_hidden_in_front_of_the_end_is_refused() -> None:
    hidden = b"%" + archive()[:-2] + b"\x30\x00\n"
    assert "压缩包" in refusal(PDF.replace(b"startxref", hidden + b"\nstartxref"))
    assert "压缩包" in refusal(png(4, 4, chunk(b"tEXt", b"a\x00" + archive())))


def test_a_picture_that_is_a_page_or_a_pdf_besides_is_refused() -> None:
    assert "夹带" in refusal(JPEG[:2] + segment(0xFE, b"%PDF-1.4") + JPEG[2:])
    assert "夹带" in refusal(JPEG[:2] + segment(0xFE, b"<SCRIPT>alert(1)</script>") + JPEG[2:])
    assert "夹带" in refusal(png(4, 4, chunk(b"tEXt", b"a\x00<?php system()?>")))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"/Encrypt 7 0 R", "密码"),
        (b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>", "脚本"),
        (b"/OpenAction << /S /J#61vaScript /JS (1) >>", "脚本"),
        (b"/OpenAction << /S /Launch /F (cmd.exe) >>", "启动其他程序"),
        (b"/Names << /EmbeddedFiles 8 0 R >>", "夹带了其他文件"),
        (b"/Annots [<< /Subtype /RichMedia >>]", "富媒体"),
    ],
)
def test_a_pdf_that_does_more_than_show_pages_is_refused(words: bytes, said: str) -> None:
    assert said in refusal(pdf_with(words))
    assert said in refusal(pdf_with_packed(words))


def test_a_pdf_with_harmless_packed_objects_is_taken_and_a_bomb_of_them_is_not() -> None:
    assert inspect(pdf_with_packed(b"/Harmless true")).kind is FileKind.PDF
    began = time.monotonic()
    assert "展开后过大" in refusal(pdf_with_packed(b" " * 100_000_000))
    assert time.monotonic() - began < 10


def test_a_pdf_without_a_page_or_with_more_behind_its_end_is_refused() -> None:
    assert "没有页面" in refusal(b"%PDF-1.4\nstartxref\n0\n%%EOF")
    assert "结尾之后" in refusal(PDF + b"<script>alert(1)</script>")


@pytest.mark.parametrize(("width", "height"), [(20_001, 10), (10, 60_000), (12_000, 12_000)])
def test_a_picture_that_would_unfold_to_too_much_is_refused_with_its_size(width: int, height: int) -> None:
    for content in (jpeg(width, height), png(width, height)):
        assert f"{width}×{height} 像素" in refusal(content)


def test_a_picture_without_a_size_is_refused() -> None:
    assert "没有尺寸" in refusal(jpeg(0, 0))
    assert "没有尺寸" in refusal(png(0, 4))


def test_ten_megabytes_of_anything_are_looked_at_quickly() -> None:
    filler = b"/ObjStm stream\n" * 600_000
    for content in (
        PDF.replace(b"startxref", filler + b"\nstartxref"),
        PDF.replace(
            b"startxref", filler.replace(b" stream\n", b"stream\nendstream")[: 9 * MEGABYTE] + b"\nstartxref"
        ),
        JPEG[:-2] + b"\xff\xd0" * (4 * MEGABYTE) + b"\xff\xd9",
        JPEG[:2] + b"\xff" * (9 * MEGABYTE),
    ):
        began = time.monotonic()
        with contextlib.suppress(Unacceptable):
            inspect(content)
        assert time.monotonic() - began < 10
