"""Look through the files that git tracks for secrets; exit 1 where one is not known to be made up.

.secrets.baseline knows those that are, by their hash, and what is looked for. To let it know of
another, look at it twice and write the baseline anew:

    python -m detect_secrets scan -p .ci/our_secrets.py | sed "s#file://$PWD/#file://#" > baseline
    mv baseline .secrets.baseline
"""

import base64
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.settings import transient_settings

_BASELINE = Path(".secrets.baseline")
# Tables of sentences and of numbers, which would take half of the time.
_TABLES = {"tests/evals/cases.jsonl", "tests/evals/held.jsonl", "bot/data/points.tsv"}


def blind() -> list[str]:
    """The kinds of secret, made for the purpose, that are not found as things stand."""
    number, digest = "479120563814", hashlib.sha256(b"planted")
    planted = {
        "Slack Token": f"xoxb-{number}-{number}-{digest.hexdigest()[:24]}",
        "Slack App Token": f"xapp-1-A0{number}-{number}-{digest.hexdigest()}",
        "Fernet Key": base64.urlsafe_b64encode(digest.digest()).decode(),
        "Basic Auth Credentials": f"postgresql://somebody:{digest.hexdigest()[:16]}@host/name",
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "planted.env"
        file.write_text("\n".join(f"GIVEN={secret}" for secret in planted.values()), "utf-8")
        found = SecretsCollection()
        found.scan_file(str(file))
    return sorted(set(planted) - {secret.type for _, secret in found})


def main() -> int:
    """0 without news, 1 where there may be a secret. Run in the repository's root."""
    told = baseline.load_from_file(str(_BASELINE))
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True).stdout
    files = [name for name in listed.decode().split("\0") if Path(name).is_file()]
    files = [name for name in files if name not in _TABLES]
    if not files:
        print("Git names no files here: run this in the repository.", file=sys.stderr)
        return 1
    found = SecretsCollection()
    with transient_settings(told):
        if missed := blind():
            print(f"The search finds no {', '.join(missed)}: mend .secrets.baseline.")
            return 1
        known = baseline.load(told, str(_BASELINE))
        found.scan_files(*files)
    # By file, kind and hash: a known one may move within its file.
    new = found - known
    for name, secret in new:
        print(f"{name}:{secret.line_number}: this may be a secret ({secret.type})")
    if new:
        print("Take it out, and have it made invalid where it came from: git keeps it.")
        return 1
    print(f"Secrets: none in {len(files)} files but {len(list(known))} that are made up.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
