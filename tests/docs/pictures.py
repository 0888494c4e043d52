"""Makes the pictures of the first tutorial anew: python -m tests.docs.pictures (or make pictures).

Needs Chromium, or another browser of its kind that CHROMIUM names.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.afternoon import NAMES, STEPS, afternoon
from tests.support.block_kit import render_html
from tests.support.bots import ROOT

FOLDER = ROOT / "docs" / "pictures"
# In pixels: as wide as Slack's middle column on a small screen, and as high as each has to show.
_WIDTH, _ZOOM = 520, 0.85
HEIGHTS = {"interview": 485, "review": 220}
_STYLE = f"main{{width:{_WIDTH / _ZOOM:.0f}px}}body{{zoom:{_ZOOM}}}"


def main() -> None:
    browser = os.environ.get("CHROMIUM", "chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with afternoon(folder) as day:
            for step in STEPS:
                step(day)
        for picture, height in HEIGHTS.items():
            page = folder / f"{picture}.html"
            html = render_html(day.pictures[picture], names=NAMES)
            wide = html.replace("</style>", f"{_STYLE}</style>")
            page.write_text(wide, encoding="utf-8")
            to = FOLDER / f"{picture}.png"
            options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
            where = (f"--window-size={_WIDTH},{height}", f"--screenshot={to}", page.as_uri())
            subprocess.run([browser, *options, *where], check=True, stderr=subprocess.DEVNULL)
            print(f"{to.relative_to(ROOT)}: {to.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
