"""Ask pip-audit whether a package of the locks is known to be vulnerable.

Exit 1 where one is, or where a service that answers does not know a package. Where no service can
be reached nothing was audited: that is said, and is no failure, as it tells nothing of them.
"""

import json
import subprocess
import sys
from typing import Any

_LOCKS = ("requirements.lock", "requirements-build.lock")
_SERVICES = ("pypi", "osv")
# A finding that does not concern So What: its id, and why and until when it may stand.
ACCEPTED: dict[str, str] = {}


def ask(service: str) -> list[dict[str, Any]] | None:
    """What pip-audit says of each package, or None where the service did not answer."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    command += ["--vulnerability-service", service, "--require-hashes", "--disable-pip"]
    for lock in _LOCKS:
        command += ["--requirement", lock]
    ended = subprocess.run(command, capture_output=True, text=True)
    try:
        packages: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    # A service that knows none of them is not the one that was meant.
    return packages if any("skip_reason" not in each for each in packages) else None


def main() -> int:
    """0 where nothing is known against the packages, or nobody could be asked; otherwise 1."""
    for service in _SERVICES:
        packages = ask(service)
        if packages is not None:
            break
    else:
        print(
            f"NO AUDIT OF PACKAGES TOOK PLACE: none of {', '.join(_SERVICES)} could be reached. "
            "Run make audit where the internet is."
        )
        return 0
    troubles = [
        f"{each['name']}: not audited ({each['skip_reason']})"
        for each in packages
        if "skip_reason" in each
    ]
    for each in packages:
        for finding in each.get("vulns", []):
            if finding["id"] not in ACCEPTED:
                mended = ", ".join(finding["fix_versions"]) or "no version yet"
                troubles.append(
                    f"{each['name']} {each['version']}: {finding['id']}, mended by {mended}"
                )
    print(*troubles, f"Packages: {len(packages)} audited by {service}.", sep="\n")
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
