"""A person at Slack's other surfaces: the Home tab, cards and forms."""

import json
from typing import Any

from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.fake_slack import FakeSlack
from tests.support.signed_requests import Answer, SignedRequests
from tests.support.slack_payloads import TEAM

Json = dict[str, Any]


# What leaves no modal behind when it is pressed on the Home tab.
_WITHOUT_A_SCREEN = ("page", "snooze")


class Screens:
    """What one person sees and does outside a conversation; modals stack as in Slack."""

    def __init__(self, fake: FakeSlack, http: SignedRequests, user: str, team: str = TEAM) -> None:
        self.fake, self.http, self.user, self.team = fake, http, user, team
        self.modals: list[Json] = []

    # --- Home tab ---

    def opens_home(self) -> str:
        """Look at the Home tab; its text."""
        before = self._times_published()
        event = payloads.app_home_opened(user=self.user, team=self.team)
        assert self.http.event(event).status == 200
        # Others' tabs may be made anew at the same time.
        self.fake.wait_for(lambda: self._times_published() > before)
        return self.home_text

    def _times_published(self) -> int:
        calls = self.fake.calls_to("views.publish")
        return sum(call.args["user_id"] == self.user for call in calls)

    @property
    def home(self) -> Json:
        """The Home tab last published to this person."""
        shown = self.fake.home(self.user)
        assert shown is not None
        return shown

    @property
    def home_text(self) -> str:
        return render_text(self.home)

    # --- buttons ---

    def presses(self, label: str, about: str = "", screen: Json | None = None) -> str:
        """Press a button by its label, of what `about` names in words for screen readers.

        On the modal on top, or on the Home tab where none is open, unless a screen is given. The
        text of the modal that is then on top, "" for none.
        """
        given = screen or (self.modals[-1] if self.modals else None)

        def shown() -> tuple[Json, Json] | None:
            # A Home tab is made anew a moment after a change.
            on = given or self.home
            found = (
                b
                for b in buttons(on)
                # A list to choose from stands among the buttons and has no label.
                if b.get("text", {}).get("text") == label
                and about in b.get("accessibility_label", "")
            )
            return next(((on, b) for b in found), None)

        screen, button = self.fake.wait_for(shown)
        return self.sends(button["action_id"], button["value"], screen)

    def sends(self, action_id: str, value: str, screen: Json | None = None) -> str:
        """Press a button that may not be there at all."""
        shown = len(self.fake.views_opened)
        is_message = screen is not None and "type" not in screen or screen is None
        payload = payloads.block_action(
            action_id,
            value,
            user=self.user,
            team=self.team,
            **({"message": screen} if is_message else {"view": screen}),
        )
        assert self.http.interaction(payload).status == 200
        if action_id.split(":")[1] not in _WITHOUT_A_SCREEN or self.modals:
            self.fake.wait_for(lambda: len(self.fake.views_opened) > shown)
            self._take(shown)
        return self.text

    def _take(self, shown: int) -> None:
        for view, call in zip(
            self.fake.views_opened[shown:], self._view_calls()[shown:], strict=True
        ):
            if call.method == "views.push":
                self.modals.append(view)
            elif call.method == "views.open":
                self.modals = [view]
            else:
                self.modals = [*self.modals[:-1], {**view, "id": call.args["view_id"]}]

    def _view_calls(self) -> list[Any]:
        methods = ("views.open", "views.push", "views.update")
        return [call for call in self.fake.calls if call.method in methods]

    # --- forms ---

    def saves(self, **typed: Any) -> str:
        """Fill in the form on top and send it; what Slack then shows: errors, or the modal on top.

        Fields are named without the version that their block_id carries.
        """
        answer = self.submits(**typed)
        body: Json = json.loads(answer.body) if answer.body else {}
        if body.get("response_action") == "errors":
            return "\n".join(f"{k.partition('@')[0]}: {v}" for k, v in body["errors"].items())
        return self.text

    def submits(self, **typed: Any) -> Answer:
        """Send the form on top as it is filled in; the app's own answer."""
        view, shown = self.modals[-1], len(self.fake.views_opened)
        ids = {b["block_id"].partition("@")[0]: b["block_id"] for b in inputs(view)}
        root = self.modals[0].get("id") if len(self.modals) > 1 else view.get("id")
        payload = payloads.view_submission(
            view, {ids[name]: value for name, value in typed.items()}, self.user, self.team
        )
        payload["view"]["root_view_id"] = root or payload["view"]["id"]
        answer = self.http.interaction(payload)
        assert answer.status == 200
        body: Json = json.loads(answer.body) if answer.body else {}
        if body.get("response_action") == "update":
            self.modals[-1] = {**body["view"], "id": view.get("id")}
        elif not body:
            self.modals.pop()
            if self.modals:
                # The app shows the card below anew after it has answered.
                self.fake.wait_for(lambda: len(self.fake.views_opened) > shown)
                self._take(shown)
        return answer

    @property
    def text(self) -> str:
        """The modal on top."""
        return render_text(self.modals[-1]) if self.modals else ""

    # --- command ---

    def types(self, text: str) -> Json:
        """Type /qip with this after it; the app's own answer."""
        form = payloads.slash_command(text, user=self.user, team=self.team)
        answer = self.http.command(form)
        assert answer.status == 200
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        found: Json = json.loads(answer.body) if is_json else {"text": answer.body}
        return found


def buttons(screen: Json) -> list[Json]:
    """The buttons of a screen, in order."""
    found = []
    for block in screen["blocks"]:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block["accessory"]] if block.get("accessory") else []
    return found


def inputs(screen: Json) -> list[Json]:
    return [block for block in screen["blocks"] if block["type"] == "input"]
