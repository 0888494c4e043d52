"""A package of Office parts made the same whenever it is made from the same plan."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# The first moment that a zip archive can name.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def packed_alike(package: bytes) -> bytes:
    """The same package without the moments at which it and its parts were made."""
    out = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", part)
            info = ZipInfo(name, _NO_TIME)
            info.compress_type = ZIP_DEFLATED
            new.writestr(info, part)
    return out.getvalue()
