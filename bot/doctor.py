"""`sowhat doctor`: what is set up, what is not, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slack_sdk.errors import SlackApiError, SlackClientError

import prompts
from bot.coaches import model_of
from bot.coaching.phrases import listed
from bot.coaching.proposal import Proposal
from bot.settings import OAuth, Settings, SettingsInvalid, oauth_of, uses_model
from bot.slack.installations import Installations, KeyIsMissing
from bot.slack.workspaces import SCOPES, web_client
from bot.usage import FAILURES
from storage import conversations, nodes
from storage.database import Database, DatabaseUnavailable
from storage.migrate import head_revision, schema_revision

# Without these the bot works all the same, but for what each is for.
OPTIONAL_SCOPES = {
    "assistant:write": "nobody sees that an answer is coming",
    "dnd:read": "reminders come while Slack says “do not disturb”",
    "files:read": "no SAR or plan can be dropped",
    "files:write": "no exports, pictures or copies of one's own data",
    "users:read.email": "owners in a file are matched by name alone",
}
NEEDED_SCOPES = frozenset(SCOPES) - OPTIONAL_SCOPES.keys()
_SECONDS = 5
# What has waited longer has nobody at work at it; reminders wait their turn, thousands for an hour.
_LONGEST_WAIT = {
    "events": timedelta(minutes=10),
    "messages": timedelta(minutes=10),
    "reminders": timedelta(hours=2),
}
# A process says that it runs several times in this time.
_SILENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """`state` is "ok", "problem" (must be mended) or "not set" (may be left so)."""

    state: str
    subject: str
    says: str


def examine(settings: Settings, now: datetime) -> Iterator[Check]:
    """One check after another, at the instant `now`; each yields one line."""
    yield check_database(settings)
    yield from _running(settings, now)
    yield from _slack(settings)
    yield _model(settings)


def check_database(settings: Settings) -> Check:
    """Whether the database answers, and its schema is that of this version."""
    try:
        database = Database(settings.database_url)
        try:
            revision, head = schema_revision(database), head_revision()
            where = database.safe_url
        finally:
            database.close()
    except DatabaseUnavailable as error:
        return Check("problem", "Database", str(error))
    if revision is None:
        return Check(
            "not set",
            "Database",
            f"{where} answers but is empty: run sowhat migrate, or just start.",
        )
    if revision != head:
        return Check(
            "problem",
            "Database",
            f"{where} is at revision {revision}, not {head}: run sowhat migrate.",
        )
    return Check("ok", "Database", f"{where} answers, schema at {revision}.")


def _running(settings: Settings, now: datetime) -> Iterator[Check]:
    """What waits, which processes run, and when reminders were last looked for."""
    try:
        database = Database(settings.database_url)
        try:
            if schema_revision(database) != head_revision():
                return
            with database.reading() as session:
                waiting = conversations.oldest_waiting(session)
                running = nodes.nodes(session)
        finally:
            database.close()
    except DatabaseUnavailable:
        return
    yield _queue(waiting, now)
    if not running:
        yield Check("not set", "Process", "none has said that it runs: start sowhat serve.")
    for node in running:
        is_silent = now - node.beat_at > _SILENCE
        says = f"{node.executor_id} was last heard of at {_when(node.beat_at, now)}"
        advice = ": start it again, unless it is gone for good." if is_silent else "."
        yield Check("not set" if is_silent else "ok", "Process", says + advice)
    swept = max((node.swept_at for node in running if node.swept_at), default=None)
    if swept is None:
        yield Check("not set", "Reminders", "no process has looked for any yet.")
    else:
        yield Check("ok", "Reminders", f"last looked for at {_when(swept, now)}.")


def _queue(waiting: dict[str, conversations.Waiting], now: datetime) -> Check:
    since = min((each.since for each in waiting.values() if each.since), default=None)
    if since is None:
        return Check("ok", "Queue", "nothing waits.")
    counts = [
        f"{each.count} {name if each.count > 1 else name.removesuffix('s')}"
        for name, each in waiting.items()
        if each.count
    ]
    verb = "wait" if sum(each.count for each in waiting.values()) > 1 else "waits"
    says = f"{listed(counts)} {verb}, the oldest since {_when(since, now)}"
    if any(each.since and now - each.since > _LONGEST_WAIT[name] for name, each in waiting.items()):
        return Check("problem", "Queue", f"{says}: see that sowhat serve runs.")
    return Check("ok", "Queue", f"{says}.")


def _when(at: datetime, now: datetime) -> str:
    """An instant by UTC, with its day where that is another than today's."""
    at = at.astimezone(UTC)
    is_today = at.date() == now.astimezone(UTC).date()
    return f"{at:%H:%M} UTC" if is_today else f"{at:%H:%M} UTC on {at.day} {at:%B}"


def _slack(settings: Settings) -> Iterator[Check]:
    try:
        oauth = oauth_of(settings)
    except SettingsInvalid as error:
        yield Check("problem", "Slack", str(error))
        return
    if oauth is not None:
        yield from _installed(settings, oauth)
        return
    if settings.slack_bot_token is None:
        yield Check("not set", "Slack", "set SLACK_BOT_TOKEN to serve; sowhat try works without.")
        return
    token = settings.slack_bot_token.get_secret_value()
    signed_in = list(_token(settings, token, "SLACK_BOT_TOKEN", "copy it anew"))
    yield from signed_in
    if signed_in[0].state != "ok":
        return
    if settings.slack_app_token is not None:
        yield Check("ok", "Slack events", "will come by Socket Mode.")
    elif settings.slack_signing_secret is not None:
        yield Check("ok", "Slack events", f"will come over HTTP on port {settings.port}.")
    else:
        yield Check(
            "problem",
            "Slack events",
            "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).",
        )


def _installed(settings: Settings, oauth: OAuth) -> Iterator[Check]:
    """Whether each workspace that has installed the bot still lets it in."""
    yield Check("ok", "Slack events", f"will come over HTTP on port {settings.port}.")
    try:
        database = Database(settings.database_url)
        try:
            if schema_revision(database) != head_revision():
                return
            installations = Installations(oauth.client_id, database, oauth.keys)
            bots = [installations.bot(workspace) for workspace in installations.workspaces()]
        finally:
            database.close()
    except DatabaseUnavailable:
        return
    except KeyIsMissing:
        says = "does not read the tokens in the database: give the key they were stored under too."
        yield Check("problem", "TOKEN_ENCRYPTION_KEY", says)
        return
    if not bots:
        says = "no workspace has installed the bot yet: open /slack/install at your address."
        yield Check("not set", "Slack", says)
    for bot in bots:
        if bot is not None:
            name = f"the token of {bot.team_name or bot.team_id}"
            yield from _token(settings, bot.bot_token, name, "install the bot there again")


def _token(settings: Settings, token: str, name: str, advice: str) -> Iterator[Check]:
    """Whether Slack takes a bot token, and what it may do."""
    try:
        answer = web_client(settings.slack_api_url, token, _SECONDS).auth_test()
    except SlackApiError as error:
        code = error.response.get("error") if error.response else "no answer"
        yield Check("problem", "Slack token", f"Slack refuses {name} ({code}): {advice}.")
        return
    except (SlackClientError, OSError, ValueError):
        yield Check(
            "problem", "Slack", f"{settings.slack_api_url} cannot be reached: check the network."
        )
        return
    yield Check("ok", "Slack token", f"signed in to {answer.get('team') or answer.get('team_id')}.")
    headers = {k.lower(): v for k, v in (answer.headers or {}).items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")}
    missing = sorted(NEEDED_SCOPES - granted)
    if missing:
        yield Check(
            "problem",
            "Slack scopes",
            f"{', '.join(missing)} missing: reinstall from manifest.json.",
        )
        return
    without = [f"{name}: {says}" for name, says in OPTIONAL_SCOPES.items() if name not in granted]
    if without:
        # Installed before the manifest asked for them.
        says = f"the bot works, but without {'; '.join(without)}. Reinstall from manifest.json."
        yield Check("not set", "Slack scopes", says)
    else:
        yield Check("ok", "Slack scopes", "all are granted.")


def _model(settings: Settings) -> Check:
    """Ask the model about a made-up reply, as a turn does."""
    if not uses_model(settings):
        says = "replies are read by the embedded coach, which needs no key."
        return Check("not set", "Model", says)
    try:
        model = model_of(settings)
    except SettingsInvalid as error:
        return Check("problem", "Model", str(error))
    try:
        answer = model.ask(prompts.load("turn").render(**_MADE_UP), Proposal)
    finally:
        model.close()
    last = answer.calls[-1] if answer.calls else None
    if answer.value is None or last is None:
        outcome = answer.outcome.value
        advice = _MODEL_ADVICE.get(outcome, "check OPENAI_BASE_URL, or try another OPENAI_MODEL")
        return Check("problem", "Model", f"{model.name}: {FAILURES[outcome]}; {advice}.")
    seconds = last.milliseconds / 1000
    says = f"{model.name} answers in {seconds:.1f} s, its form asked for as {last.form.value}."
    return Check("ok", "Model", says)


_MADE_UP = {
    "item": "Attendance in English is low.",
    "action": "Text parents on the day of each absence",
    "known": "nothing yet",
    "asked": "So what will be different for learners?",
    "reply": "attendance up to 88 from 79 by easter",
    "ask": "nothing",
    "example": "nothing",
}
_MODEL_ADVICE = {
    "timeout": "it is too slow for a conversation, or OPENAI_FIRST_WORDS_SECONDS is too short",
    "unreachable": "check OPENAI_BASE_URL and the network",
    "rate_limited": "wait, or raise the limits of the account",
    "quota": "add credit to the account",
    "denied": "copy OPENAI_API_KEY anew",
    "not_found": "check OPENAI_MODEL and OPENAI_BASE_URL",
    "server_error": "try again later",
}
