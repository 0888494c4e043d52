"""A file written whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, content: bytes) -> None:
    """Put the content where the path leads, in place of what may be there. Raises OSError.

    It is written beside the file first, so whoever reads meanwhile has the old or the new.
    """
    # Where a link leads, so that the link stays one.
    target = Path(os.path.realpath(file))
    handle, beside = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        # What is made for one process alone gets the permissions of any new file.
        os.chmod(beside, 0o666 & ~_mask())
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
