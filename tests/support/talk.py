"""One person's conversation with the bot: what they type and press, and what they hear."""

from collections.abc import Callable
from typing import Any

from tests.support import slack_payloads as payloads
from tests.support.fake_slack import FakeSlack
from tests.support.signed_requests import SignedRequests
from tests.support.slack_payloads import TEAM, USER, dm_channel

Json = dict[str, Any]
Send = Callable[[Json], object]


class Talk:
    """One thread of a person with the bot. `times` is how often Slack delivers each event."""

    def __init__(
        self, fake: FakeSlack, send: Send, user: str = USER, times: int = 1, team: str = TEAM
    ) -> None:
        self.fake, self.send, self.user, self.times, self.team = fake, send, user, times, team
        self.channel = dm_channel(user)
        self.root: str | None = None
        self.sent: list[Json] = []

    def message(self, text: str) -> Json:
        """The event of a message in this thread, not sent yet; the first begins the thread."""
        payload = payloads.direct_message(text, user=self.user, team=self.team, thread_ts=self.root)
        self.root = self.root or payload["event"]["ts"]
        return payload

    def says(self, text: str) -> str:
        """Type a message; what the bot answers."""
        return self.hears(self.message(text))

    def presses(self, label: str, message: Json | None = None) -> str:
        """Press a button, of the latest message unless another is given; what the bot answers."""
        message = message or self.messages[-1]
        button = next(b for b in buttons(message) if b["text"]["text"] == label)
        return self.hears(
            payloads.block_action(
                button["action_id"],
                button["value"],
                user=self.user,
                team=self.team,
                channel=self.channel,
                message=message,
            )
        )

    def hears(self, payload: Json) -> str:
        """Send anything; the text of the one message that answers it."""
        before = len(self.messages)
        for _ in range(self.times):
            self.send(payload)
        self.sent.append(payload)
        self.fake.wait_for_messages(self.channel, before + 1, self.root)
        return str(self.messages[-1]["text"])

    @property
    def messages(self) -> list[Json]:
        """The bot's messages in this thread."""
        return self.fake.messages(self.channel, self.root)


def buttons(message: Json) -> list[Json]:
    """The buttons of a message, in order."""
    found = []
    for block in message["blocks"]:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block["accessory"]] if block.get("accessory") else []
    return found


def over_http(http: SignedRequests) -> Send:
    """Deliver payloads by signed requests, each of which must be acknowledged."""

    def send(payload: Json) -> None:
        is_event = payload["type"] == "event_callback"
        answer = http.event(payload) if is_event else http.interaction(payload)
        assert answer.status == 200

    return send


def over_socket(fake: FakeSlack) -> Send:
    """Deliver payloads by Socket Mode, each of which must be acknowledged."""

    def send(payload: Json) -> None:
        is_event = payload["type"] == "event_callback"
        fake.socket.send("events_api" if is_event else "interactive", payload)

    return send
