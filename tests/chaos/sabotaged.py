"""`sowhat serve`, spoilt: each tenth event is acknowledged and not kept, and what Slack may
have taken is sent again without a look. For a test of the suite itself.
"""

import itertools
import sys
from typing import Any

from bot.cli import main
from bot.slack import app, sending

_keep = app._keep
_number = itertools.count(1)


def _keeps_most(*given: Any) -> bool:
    return next(_number) % 10 == 0 or _keep(*given)


def _does_not_look(*_: Any) -> sending._There:
    return sending._There()


if __name__ == "__main__":
    app._keep = _keeps_most
    sending.Sending._look = _does_not_look  # type: ignore[method-assign]
    sys.argv = ["sowhat", "serve"]
    main()
