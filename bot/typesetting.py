"""Pages and pictures out of templates and data. The only module that imports typst.

The data reaches a template as JSON and is shown as it is: nothing that anybody wrote is taken for
an instruction. Only our own fonts are used, so that a page looks the same wherever it is made.
"""

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import typst

_PIXELS_AN_INCH = 144


def pdf(template: str, data: Any) -> bytes:
    """A tagged PDF of `bot/data/TEMPLATE.typ`, which reads the data from `sys.inputs.data`."""
    return _made(template, data, "pdf")


def png(template: str, data: Any) -> bytes:
    """A picture of the one page that `bot/data/TEMPLATE.typ` makes of the data."""
    return _made(template, data, "png")


def _made(template: str, data: Any, kind: Literal["pdf", "png"]) -> bytes:
    source = (files("bot") / "data" / f"{template}.typ").read_bytes()
    with as_file(files("bot") / "data" / "fonts") as fonts:
        made = typst.compile(  # type: ignore[misc]  # its stub is too general
            source,
            font_paths=[Path(fonts)],
            ignore_system_fonts=True,
            format=kind,
            ppi=_PIXELS_AN_INCH if kind == "png" else None,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    # One page comes as its bytes, several pictures as a list of theirs.
    assert isinstance(made, bytes), f"{template} makes more than one page"
    return made
