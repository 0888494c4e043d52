"""Who is in a workspace, as Slack lists them: to tell whom a file means by a name."""

from typing import Any

from slack_sdk import WebClient

from bot.importing.matching import Known

_ON_A_PAGE = 200
# A college has some thousand staff; a listing without end is no listing.
_MOST_PAGES = 50


def listed_people(client: WebClient) -> list[Known]:
    """The people of the client's workspace who have not left, with e-mail where Slack gives it.

    Raises SlackClientError, OSError or ValueError.
    """
    found: list[Known] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        answer = client.users_list(limit=_ON_A_PAGE, cursor=cursor or None)
        found += [_known(member) for member in answer.get("members") or () if _is_person(member)]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return found


def _is_person(member: dict[str, Any]) -> bool:
    is_app = member.get("is_bot") or member.get("id") == "USLACKBOT"
    return not (is_app or member.get("deleted"))


def _known(member: dict[str, Any]) -> Known:
    profile = member.get("profile") or {}
    name = profile.get("real_name") or member.get("real_name") or member.get("name") or ""
    return Known(str(member["id"]), str(name), profile.get("email"))
