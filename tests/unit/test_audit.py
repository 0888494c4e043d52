"""What the audit of packages makes of what pip-audit says, and of its silence.

A program that says the same stands in for pip-audit, which `make audit` alone has.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOUND = {"name": "alpha", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "beta", "skip_reason": "Dependency not found"}
VULNERABLE = {
    "name": "gamma",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}],
}
NOBODY = "NO AUDIT OF PACKAGES TOOK PLACE"


@pytest.mark.parametrize(
    ("says", "code", "told"),
    [
        ([SOUND], 0, "1 audited by pypi"),
        ([SOUND, VULNERABLE], 1, "gamma 2.0: PYSEC-0000-1, mended by 2.1"),
        ([SOUND, UNKNOWN], 1, "beta: not audited (Dependency not found)"),
        ([UNKNOWN], 0, NOBODY),
        (None, 0, NOBODY),
    ],
)
def test_a_finding_fails_and_silence_is_not_taken_for_soundness(
    tmp_path: Path, says: list[dict[str, Any]] | None, code: int, told: str
) -> None:
    line = "sys.exit('no connection')"
    if says is not None:
        line = f"print({json.dumps({'dependencies': says, 'fixes': []})!r})"
    (tmp_path / "pip_audit.py").write_text(f"import sys\n{line}\n", "utf-8")
    ended = subprocess.run(
        [sys.executable, ".ci/audit_packages.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (code, "")
    assert told in ended.stdout
    assert (NOBODY in ended.stdout) is (told == NOBODY)
