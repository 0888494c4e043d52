"""A zip file looked through before anything opens it: its real size, its XML, its macros.

Nothing that a header says of a size is believed: every part is unpacked piece by piece and counted.
"""

import zipfile
import zlib
from io import BytesIO
from typing import Any, Protocol
from xml.parsers import expat

from bot.importing.understood import FileRefused

# A real plan of 2,000 rows has some 3 MB of XML in a dozen parts.
MOST_PARTS = 2_000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_XML = 40 * 1024 * 1024
MOST_ELEMENTS = 1_500_000
MOST_STYLES = 200_000
MOST_DEPTH = 120
_PIECE = 64 * 1024

TOO_MUCH = (
    "This file unpacks to far more than a plan holds, so it was not read. Copy the plan alone into "
    "a new file and send that."
)
BROKEN = "This file is damaged or was not sent whole. Open it, save it again and send it once more."
_UNSAFE = (
    "This file holds XML of a kind that Word and Excel never write, so it was not read. Copy the "
    "plan into a new file and send that."
)
_LOCKED = "This file is protected by a password. Save it without one and send it again."


class PartWatch(Protocol):
    """What watches the elements of a part go by, to count them."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...


class _Counted:
    """How much has been seen of a file so far."""

    def __init__(self) -> None:
        self.unpacked = self.xml = self.elements = 0


def part_names(content: bytes) -> list[str]:
    """The names of the parts of a zip file. Raises `FileRefused` where it is none that is whole."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused(BROKEN) from error
    if len(entries) > MOST_PARTS:
        raise FileRefused(TOO_MUCH)
    return [entry.filename for entry in entries]


def look_through(content: bytes, watch: PartWatch | None = None) -> None:
    """Unpack and count every part; `watch` sees every element of every XML part go by.

    Raises `FileRefused` for what is too large, damaged, locked, or holds XML with a DOCTYPE.
    """
    counted = _Counted()
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            for entry in packed.infolist():
                if entry.flag_bits & 1:
                    raise FileRefused(_LOCKED)
                _look_at(packed, entry, counted, watch)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise FileRefused(BROKEN) from error


def _look_at(
    packed: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    counted: _Counted,
    watch: PartWatch | None,
) -> None:
    name = entry.filename.lower()
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    parser = _parser(counted, watch, is_styles=name.endswith("styles.xml")) if is_xml else None
    with packed.open(entry) as part:
        while piece := part.read(_PIECE):
            counted.unpacked += len(piece)
            counted.xml += len(piece) if is_xml else 0
            if counted.unpacked > MOST_UNPACKED or counted.xml > MOST_XML:
                raise FileRefused(TOO_MUCH)
            if parser is not None:
                _feed(parser, piece)
    if parser is not None:
        _feed(parser, b"", is_final=True)


def _feed(parser: expat.XMLParserType, piece: bytes, is_final: bool = False) -> None:
    try:
        parser.Parse(piece, is_final)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as error:
        raise FileRefused(BROKEN) from error


def _parser(counted: _Counted, watch: PartWatch | None, is_styles: bool) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = styles = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, styles
        depth += 1
        styles += is_styles
        counted.elements += 1
        if counted.elements > MOST_ELEMENTS or depth > MOST_DEPTH or styles > MOST_STYLES:
            raise FileRefused(TOO_MUCH)
        if watch is not None:
            watch.start(name.rpartition(" ")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if watch is not None:
            watch.end(name.rpartition(" ")[2])

    def refuse(*_: Any) -> None:
        raise FileRefused(_UNSAFE)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser
