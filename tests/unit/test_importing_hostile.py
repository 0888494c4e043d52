"""Files that are wrong, broken or made to harm: refused in one sentence and little memory."""

import io
import json
import subprocess
import sys
import time
import zipfile
from datetime import date

import pytest

from bot.importing import packed
from bot.importing.opening import MOST_BYTES
from bot.importing.reading import understand
from bot.importing.understood import FileRefused
from tests.support import files


def _refused(name: str, content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        understand(name, content, academic_year="2026/27", today=date(2026, 11, 23))
    sentence = str(refused.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def _zip(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts:
            made.writestr(name, data)
    return buffer.getvalue()


def _ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(64)


PLAN = files.plain_plan()
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("blank.xlsx", b" \n ", "empty"),
        ("big.csv", b"a," * (MOST_BYTES // 2 + 1), "10 MB"),
        ("old.xls", _ole("Workbook"), ".xls"),
        ("old.doc", _ole("WordDocument"), ".doc"),
        ("locked.xlsx", _ole("EncryptedPackage"), "password"),
        ("unknown.xls", _ole("Something"), "password"),
        ("plan.pdf", b"%PDF-1.7 ...", "PDF"),
        ("plan.csv", b"\x89PNG\r\n\x1a\n....", "picture"),
        ("plan.xlsx", b"\xff\xd8\xff\xe0 JFIF", "picture"),
        ("plan.odt", _zip(("mimetype", b"x"), ("content.xml", b"<a/>")), "OpenDocument"),
        ("plan.numbers", _zip(("Index/Document.iwa", b"x")), "Numbers"),
        ("plan.pptx", _zip(("ppt/presentation.xml", b"<a/>")), "presentation"),
        ("photos.zip", _zip(("a.txt", b"x")), "zip file"),
        ("macro.xlsm", files.with_part(PLAN, "xl/vbaProject.bin", b"x"), "macros"),
        ("macro.docx", files.with_part(files.word_sar(), "word/vbaProject.bin", b"x"), "macros"),
        ("cut.xlsx", PLAN[: len(PLAN) // 2], "damaged"),
        ("page.html", b"<!DOCTYPE html><html></html>", "web page"),
        ("no.csv", b"Action,Owner\x00,Due\n1,2,3", "neither"),
        ("no.csv", bytes(range(256)) * 4, "neither"),
        ("long.csv", b"Action,Owner\n" + b"x" * 5_000_000 + b",y\n", "longer"),
        ("wide.csv", b"," * 9_000_000, "20,000 rows"),
        ("rows.csv", b"a,b\n" * 30_000, "20,000 rows"),
        ("deep.json", b"[" * 100_000, "JSON"),
        ("deep.json", b'{"actions":' + b"[" * 100_000, "JSON"),
        ("other.json", b'{"name": "x"}', "no plan"),
        ("list.json", b"[1, 2]", "no plan"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_what_to_do(
    name: str, content: bytes, says: str
) -> None:
    started = time.process_time()
    assert says in _refused(name, content)
    assert time.process_time() - started < 20


def test_a_refusal_of_json_says_where() -> None:
    plan = {"actions": [{}, {}, {"due": "soon"}]}
    said = _refused("plan.json", json.dumps(plan).encode())
    assert said == "actions, number 3: due is not a date."


@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/extra.xml", "docProps/app.xml"])
@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE a [<!ENTITY e "eeee">]>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x">',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_declarations_is_refused_in_any_part(
    part: str, declared: bytes, encoding: str
) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{declared.decode()}<a/>'.encode(encoding)
    assert "XML" in _refused("plan.xlsx", files.with_part(PLAN, part, xml))


@pytest.mark.parametrize(
    "sheet",
    [
        b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 20_500)),
        b'<row r="1">' + b"<c><v>1</v></c>" * 200_500 + b"</row>",
        b'<row r="1">' + b"<c/>" * 400_500 + b"</row>",
    ],
)
def test_sheets_with_too_many_cells_are_refused(sheet: bytes) -> None:
    content = files.with_part(PLAN, SHEET, HEAD + sheet + TAIL)
    assert "20,000 rows" in _refused("plan.xlsx", content)


def test_a_merge_over_the_whole_sheet_is_refused() -> None:
    merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    content = files.with_part(PLAN, SHEET, HEAD + merged)
    assert "20,000 rows" in _refused("plan.xlsx", content)


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    cells = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Action</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>Owner</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    content = files.with_part(PLAN, SHEET, HEAD + cells + TAIL)
    started = time.process_time()
    understood = understand("p.xlsx", content, academic_year="2026/27", today=date(2026, 11, 23))
    assert [n.place.says for n in understood.not_placed] == ["row 1048576 of the sheet QIP"]
    # To walk over all the rows between would take minutes.
    assert time.process_time() - started < 20


def test_names_that_climb_out_of_the_folder_are_only_names() -> None:
    content = files.with_part(PLAN, "../../../etc/cron.d/x", b"* * * * *")
    understood = understand("p.xlsx", content, academic_year="2026/27", today=date(2026, 11, 23))
    assert len(understood.document.actions) == 2


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    packed_file = bytearray(files.with_part(PLAN, "xl/media/a.bin", bytes(300_000)))
    # The central header's uncompressed size of the last part, 22 + its length from the end.
    at = packed_file.rindex(b"PK\x01\x02")
    packed_file[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert "damaged" in _refused("plan.xlsx", bytes(packed_file))


def test_too_many_parts_are_refused() -> None:
    parts = [(f"xl/a{n}.xml", b"<a/>") for n in range(packed.MOST_PARTS + 1)]
    assert "unpacks" in _refused("p.xlsx", _zip(("xl/workbook.xml", b"<a/>"), *parts))


def test_deep_xml_is_refused() -> None:
    deep = b"<a>" * 500 + b"</a>" * 500
    assert "unpacks" in _refused("p.docx", files.with_part(files.word_sar(), "word/x.xml", deep))


_BOMB = """
import io, re, sys, time, zipfile
from datetime import date
from bot.importing.reading import understand
from bot.importing.understood import FileRefused

part, unit = sys.argv[1], sys.argv[2].encode()
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
    made.writestr("xl/workbook.xml", "<a/>")
    with made.open(part, "w") as out:
        out.write(b"<a>" if part.endswith("xml") else b"")
        for _ in range(130):
            out.write(unit * (1024 * 1024 // len(unit)))
def most():
    # What getrusage says begins with what the process had that started this one.
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

before = most()
started = time.process_time()
try:
    understand("bomb.xlsx", buffer.getvalue(), academic_year="2026/27", today=date(2026, 11, 23))
except FileRefused as refused:
    print(refused)
peak = most()
print(peak // 1024, (peak - before) // 1024, time.process_time() - started)
"""


@pytest.mark.parametrize(
    ("part", "unit"),
    [
        ("xl/media/image.bin", "\xff"),
        ("xl/sharedStrings.xml", "<t>a</t>"),
        ("xl/x.xml", "        "),
    ],
)
def test_a_zip_bomb_is_refused_in_little_memory(part: str, unit: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _BOMB, part, unit], capture_output=True, text=True, check=True
    )
    sentence, figures = run.stdout.strip().splitlines()
    peak, grown, seconds = map(float, figures.split())
    assert "unpacks" in sentence
    assert peak < 200 and grown < 60 and seconds < 15
