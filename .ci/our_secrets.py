"""Secrets that So What is given and detect-secrets does not know by itself."""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class SlackAppTokenDetector(RegexBasedDetector):
    """A token for Socket Mode: xapp-, a digit, the app's id, a number, 64 hexadecimal digits."""

    secret_type = "Slack App Token"
    denylist = (re.compile(r"xapp-\d-[A-Z0-9]{8,}-\d{6,}-[0-9a-f]{32,}"),)


class FernetKeyDetector(RegexBasedDetector):
    """32 bytes in the URL-safe alphabet of base 64, as TOKEN_ENCRYPTION_KEY is."""

    secret_type = "Fernet Key"
    denylist = (re.compile(r"(?<![\w-])[\w-]{43}=(?![\w=])"),)
