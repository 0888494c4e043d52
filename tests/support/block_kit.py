"""Checks and renderings of Slack messages and views, for tests and for people.

`assert_valid_message` and `assert_valid_view` refuse what Slack would refuse; `render_text` and
`render_html` show a screen without Slack. A payload is a message (`text`, `blocks`) or a view
(`type` modal or home, `blocks`), as plain dicts or with slack_sdk block objects.
"""

from __future__ import annotations

import copy
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Payload = Mapping[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXT = 4_000  # characters: chat.update refuses more, people read less
# Slack answers msg_blocks_too_long from about 13,200 characters on, which it does not document
# (slackapi/bolt-js issue 2509).
MESSAGE_JSON = 13_000
FIELD_TEXT = 2_000
TABLE_ROWS, TABLE_COLUMNS = 100, 20
# Keys whose text object must be plain_text, besides the text of headers and buttons.
_PLAIN_KEYS = {"label", "hint", "placeholder", "submit", "close", "deny"}


# ---------------------------------------------------------------------------------------- checks


def assert_valid_message(payload: Payload) -> None:
    """Raise AssertionError, saying where, unless Slack and its readers can take the message.

    Top-level `text` is required also beside blocks: notifications and screen readers use it.
    """
    text = payload.get("text") or ""
    assert text.strip(), "a message needs a top-level text"
    assert len(text) <= MESSAGE_TEXT, f"text has {len(text)} characters, over {MESSAGE_TEXT}"
    assert_valid_blocks(payload.get("blocks") or [])


def assert_valid_view(payload: Payload) -> None:
    """Raise AssertionError, saying what, unless Slack can take the modal or Home tab."""
    assert payload.get("type") in ("modal", "home"), "a view is a modal or home"
    try:
        View(**copy.deepcopy(dict(payload))).to_dict()
    except SlackObjectFormationError as error:
        raise AssertionError(f"view: {error}") from error
    blocks = [_plain(block) for block in payload["blocks"]]
    assert_valid_blocks(blocks, limit=VIEW_BLOCKS)
    if payload["type"] == "modal":
        assert payload.get("title"), "a modal needs a title"
        has_input = any(block["type"] == "input" for block in blocks)
        assert payload.get("submit") or not has_input, "a modal with inputs needs a submit label"
    _check_texts({key: payload.get(key) for key in ("title", "submit", "close")}, "view")


def assert_valid_blocks(blocks: Sequence[Any], limit: int = MESSAGE_BLOCKS) -> None:
    """Raise AssertionError, naming the block, for blocks that Slack would refuse.

    `limit` is the greatest number of blocks; with the one for messages, their total size and the
    number of tables are checked as well.
    """
    blocks = [_plain(block) for block in blocks]
    assert len(blocks) <= limit, f"{len(blocks)} blocks, over {limit}"
    for number, block in enumerate(blocks, start=1):
        where = f"block {number} ({block.get('type')})"
        _check_shape(block, where)
        _check_texts(block, where)
    _check_unique("block_id", (block.get("block_id") for block in blocks))
    _check_unique("action_id", (node.get("action_id") for node in _walk(blocks)))
    if limit == MESSAGE_BLOCKS:
        size = len(json.dumps(blocks, ensure_ascii=False))
        assert size <= MESSAGE_JSON, f"blocks have {size} characters of JSON, over {MESSAGE_JSON}"
        tables = sum(block["type"] == "table" for block in blocks)
        assert tables <= 1, "a message can have one table"


def _plain(block: Any) -> dict[str, Any]:
    """The block as Slack receives it. Raises AssertionError where slack_sdk refuses it."""
    try:
        return block.to_dict() if isinstance(block, Block) else block
    except SlackObjectFormationError as error:
        raise AssertionError(str(error)) from error


def _check_shape(block: dict[str, Any], where: str) -> None:
    try:
        parsed = Block.parse(copy.deepcopy(block))
        assert parsed is not None, f"{where}: no such block type"
        kept = parsed.to_dict()
    except (SlackObjectFormationError, TypeError) as error:
        raise AssertionError(f"{where}: {error}") from error
    # slack_sdk drops what it does not know (a misspelt key, an unknown element) and what is empty,
    # without a word. Slack refuses such a block, so nothing may be lost on the way.
    assert kept == block, f"{where}: not understood: {block} was read as {kept}"
    if block["type"] == "table":
        rows = block["rows"]
        assert len(rows) <= TABLE_ROWS, f"{where}: {len(rows)} rows, over {TABLE_ROWS}"
        widest = max(len(row) for row in rows)
        assert widest <= TABLE_COLUMNS, f"{where}: {widest} columns, over {TABLE_COLUMNS}"
    for field in block.get("fields") or []:
        assert len(field["text"]) <= FIELD_TEXT, f"{where}: a field is over {FIELD_TEXT}"


def _check_texts(tree: Any, where: str) -> None:
    for node in _walk(tree):
        if node.get("type") in ("plain_text", "mrkdwn"):
            assert str(node.get("text") or "").strip(), f"{where}: empty text"
        plain_only = {key: node[key] for key in _PLAIN_KEYS & node.keys()}
        if node.get("type") in ("header", "button"):
            plain_only["text"] = node["text"]
        for key, value in plain_only.items():
            if isinstance(value, dict):
                assert value["type"] == "plain_text", f"{where}: {key} must be plain_text"


def _check_unique(name: str, values: Iterator[str | None]) -> None:
    twice = [value for value, times in Counter(values).items() if value and times > 1]
    assert not twice, f"{name} used twice: {', '.join(map(str, twice))}"


def _walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Every dict in the tree, from the outside in."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from _walk(branch)


# ------------------------------------------------------------------------------------- plain text


def render_text(payload: Payload) -> str:
    """The screen as plain text: what a person reads, with [Button] and a line for each part."""
    blocks = [_plain(block) for block in payload.get("blocks") or []]
    if not blocks:
        return _to_text(payload.get("text") or "")
    head = [f"== {payload['title']['text']} =="] if payload.get("title") else []
    foot = [f"[{payload['submit']['text']}]"] if payload.get("submit") else []
    parts = (_TEXT.get(block["type"], _unknown_text)(block) for block in blocks)
    return "\n".join([*head, *parts, *foot])


def _section_text(block: dict[str, Any]) -> str:
    lines = [_object_text(block["text"])] if "text" in block else []
    lines += [_object_text(field) for field in block.get("fields") or []]
    lines += [_control_text(block["accessory"])] if "accessory" in block else []
    return "\n".join(lines)


def _elements_text(block: dict[str, Any]) -> str:
    elements = block.get("elements") or []
    return "  ".join(_control_text(element) for element in elements)


def _input_text(block: dict[str, Any]) -> str:
    optional = " (optional)" if block.get("optional") else ""
    hint = f"\n({_object_text(block['hint'])})" if "hint" in block else ""
    element = block["element"]
    return f"{_object_text(block['label'])}{optional}: {_control_text(element)}{hint}"


def _table_text(block: dict[str, Any]) -> str:
    return "\n".join(" | ".join(_to_text(_cell(cell)) for cell in row) for row in block["rows"])


def _unknown_text(block: dict[str, Any]) -> str:
    """Any other block: its texts, in order, so that no word of a screen is lost."""
    texts = (_object_text(n) for n in _walk(block) if n.get("type") in ("plain_text", "mrkdwn"))
    return "\n".join(texts) or f"<{block['type']}>"


_TEXT: dict[str, Callable[[dict[str, Any]], str]] = {
    "header": lambda block: f"# {_object_text(block['text'])}",
    "section": _section_text,
    "context": _elements_text,
    "divider": lambda block: "---",
    "actions": _elements_text,
    "input": _input_text,
    "markdown": lambda block: _to_text(_markdown_to_mrkdwn(block["text"])),
    "rich_text": lambda block: _to_text(_rich_text(block)),
    "table": _table_text,
}


def _object_text(text: Payload) -> str:
    return _to_text(text["text"]) if text["type"] == "mrkdwn" else _emoji(text["text"])


def _control_text(element: dict[str, Any]) -> str:
    """A control as [label], an input as [what it holds], an image as its alternative text."""
    if element["type"] in ("plain_text", "mrkdwn"):
        return _object_text(element)
    if element["type"] == "image":
        return f"({element['alt_text']})"
    return f"[{_control_label(element)}]"


def _control_label(element: dict[str, Any]) -> str:
    """The words on a control: its label, what it holds, or its options."""
    if element["type"] == "overflow":
        return "..."
    for key in ("text", "initial_option", "placeholder"):
        if key in element:
            shown = element[key].get("text", "")
            return _object_text(shown if isinstance(shown, dict) else element[key])
    chosen = element.get("initial_options") or []
    if chosen:
        return ", ".join(_object_text(option["text"]) for option in chosen)
    initial = next((v for k, v in element.items() if k.startswith("initial_")), "")
    if initial or "options" not in element:
        return str(initial)
    return " / ".join(_object_text(option["text"]) for option in element["options"])


# ------------------------------------------------------------------------------------------ mrkdwn

_EMOJI = {
    "red_circle": "🔴",
    "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠",
    "large_green_circle": "🟢",
    "large_blue_circle": "🔵",
    "white_circle": "⚪",
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "warning": "⚠️",
    "x": "❌",
    "bulb": "💡",
    "dart": "🎯",
    "calendar": "📅",
    "wave": "👋",
    "tada": "🎉",
    "pencil2": "✏️",
}
# Inline marks of mrkdwn, with the HTML element each stands for. A mark only counts at the edge of
# a word, so that snake_case and 3*4 stay as they are.
_MARKS = [
    (re.compile(rf"(?<![\w{c}]){re.escape(c)}(\S|\S[^\n]*?\S){re.escape(c)}(?![\w{c}])"), tag)
    for c, tag in (("*", "b"), ("_", "i"), ("~", "s"))
]
_TOKEN = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```\n?(.*?)\n?```|`([^`\n]+)`", re.DOTALL)


def _emoji(text: str) -> str:
    return re.sub(r":(\w+):", lambda m: _EMOJI.get(m[1], m[0]), text)


def _token(inside: str) -> tuple[str, str]:
    """(address, label) of what stands between angle brackets; address is "" unless a link."""
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#", "!subteam")):
        return "", (label or target).strip()
    if target.startswith("!"):  # a date shows its fallback; <!here> shows @here
        return "", label or f"@{target[1:]}"
    return target, label or target


def _to_text(mrkdwn: str) -> str:
    def shown(match: re.Match[str]) -> str:
        address, label = _token(match[1])
        return f"{label} ({address})" if address and address != label else label

    text = _CODE.sub(lambda m: m[1] or m[2] or "", _TOKEN.sub(shown, mrkdwn))
    for mark, _tag in _MARKS:
        text = mark.sub(r"\1", text)
    return html.unescape(_emoji(text))


def _markdown_to_mrkdwn(text: str) -> str:
    """Standard Markdown of a markdown block in Slack's dialect: as much as a screen needs."""
    text = re.sub(r"(?<![\w*])\*([^*\s][^*\n]*)\*(?!\*)", r"_\1_", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"*\1*", text)
    text = re.sub(r"\[([^\]\n]+)\]\((\S+?)\)", r"<\2|\1>", text)
    return re.sub(r"^#{1,6} +(.+)$", r"*\1*", text, flags=re.MULTILINE)


def _rich_text(node: dict[str, Any]) -> str:
    """A rich_text tree as mrkdwn."""
    kind = node["type"]
    if kind == "text":
        text = html.escape(node["text"], quote=False)
        marks = {"bold": "*", "italic": "_", "strike": "~", "code": "`"}
        for mark in (marks[style] for style, on in (node.get("style") or {}).items() if on):
            text = f"{mark}{text}{mark}"
        return text
    if kind == "link":
        return f"<{node['url']}|{node.get('text', node['url'])}>"
    if kind == "user":
        return f"<@{node['user_id']}>"
    if kind == "emoji":
        return f":{node['name']}:"
    parts = [_rich_text(element) for element in node.get("elements") or []]
    if kind == "rich_text_list":
        ordered = node.get("style") == "ordered"
        indent = "    " * (node.get("indent") or 0)
        lines = enumerate(parts, start=1)
        return "\n".join(f"{indent}{f'{n}.' if ordered else '•'} {part}" for n, part in lines)
    if kind == "rich_text_quote":
        return "> " + "".join(parts).replace("\n", "\n> ")
    if kind == "rich_text_preformatted":
        return f"```{''.join(parts)}```"
    return ("\n" if kind == "rich_text" else "").join(parts)


def _cell(cell: dict[str, Any]) -> str:
    """A table cell as mrkdwn."""
    if cell["type"] == "rich_text":
        return _rich_text(cell)
    return html.escape(str(cell.get("text", cell.get("value", ""))), quote=False)


# -------------------------------------------------------------------------------------------- HTML

_STYLE = """
body{margin:0;background:#e8e8e8;font:15px/1.46 Lato,system-ui,"Segoe UI",sans-serif;color:#1d1c1d}
main{width:375px;box-sizing:border-box;min-height:100vh;margin:0 auto;padding:12px 14px;
background:#fff;overflow-wrap:anywhere}
h1{font-size:17px;margin:0 0 12px;padding-bottom:10px;border-bottom:1px solid #ddd}
h2{font-size:18px;line-height:1.3;margin:10px 0 6px}
.message{display:grid;grid-template-columns:36px minmax(0,1fr);gap:10px;margin-bottom:16px}
.face{width:36px;height:36px;border-radius:6px;background:#5b6b7b;color:#fff;display:grid;
place-items:center;font-weight:700}
.app .face{background:#4a154b}.author{font-weight:700}
.badge{font-size:10px;font-weight:700;background:#e8e8e8;color:#616061;border-radius:2px;
padding:1px 3px;margin-left:5px;vertical-align:middle}
.section{margin:6px 0}.split{display:flex;gap:10px;justify-content:space-between}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:6px 12px;margin-top:6px}
.context{color:#616061;font-size:12.5px;margin:6px 0}.context span{margin-right:8px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
button,.select{font-family:inherit;font-size:14px;font-weight:700;line-height:1;padding:9px 12px;
border-radius:6px;border:1px solid #bbb;background:#fff;color:#1d1c1d}
.split button,.split .select{white-space:nowrap}.select{font-weight:400}
.dot{display:inline-block;width:.85em;height:.85em;border-radius:50%;vertical-align:-.08em}
.select::after{content:" \\25be"}
.primary{background:#007a5a;border-color:#007a5a;color:#fff}
.danger{background:#e01e5a;border-color:#e01e5a;color:#fff}
hr{border:0;border-top:1px solid #ddd;margin:12px 0}
blockquote{margin:4px 0;padding-left:10px;border-left:4px solid #ddd}
ul{margin:2px 0;padding-left:20px}ol{margin:2px 0;padding-left:24px}a{color:#1264a3}
code,pre{background:#f5f5f5;border:1px solid #ddd;border-radius:3px;font-size:12.5px}
code{color:#c01343;padding:1px 3px}pre{padding:8px;white-space:pre-wrap}
.mention{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 2px}
.table{overflow-x:auto}table{border-collapse:collapse;font-size:13.5px;margin:6px 0}
td,th{border:1px solid #ddd;padding:4px 8px;text-align:left;vertical-align:top}
.input{margin:10px 0}.input label{font-weight:700;display:block}
.box{border:1px solid #868686;border-radius:4px;padding:8px;margin-top:4px;min-height:1.46em;
white-space:pre-wrap}.tall{min-height:5em}.muted{color:#616061;font-weight:400}
.hint{color:#616061;font-size:12.5px}
"""

# Circles are drawn, since a machine that takes screenshots may have no font with emoji.
_DOTS = {"🔴": "#dd2e44", "🟡": "#fdcb58", "🟠": "#f4900c", "🟢": "#78b159", "🔵": "#55acee"}


def render_html(
    payload: Payload | Sequence[Payload], *, title: str = "", names: Mapping[str, str] | None = None
) -> str:
    """A stand-alone page, as wide as a phone, of a conversation, one message or one view.

    A message is headed by its `author`, else the name that `names` has for its user id; a message
    with a `bot_id` and no author is headed So What. Mentions use `names` too.
    """
    names = names or {}
    if isinstance(payload, Mapping):
        title = title or (payload.get("title") or {}).get("text", "")
        is_view = payload.get("type") in ("modal", "home")
        body = _view_html(payload, names) if is_view else _message_html(payload, names)
    else:
        body = "\n".join(_message_html(message, names) for message in payload)
    for circle, colour in _DOTS.items():
        body = body.replace(circle, f'<span class="dot" style="background:{colour}"></span>')
    heading = f"<h1>{html.escape(title)}</h1>" if title else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=375">'
        f"<title>{html.escape(title or 'Conversation')}</title><style>{_STYLE}</style></head>"
        f"<body><main>{heading}{body}</main></body></html>"
    )


def _message_html(message: Payload, names: Mapping[str, str]) -> str:
    is_app = "bot_id" in message
    known = names.get(message.get("user", ""), message.get("user") or "Someone")
    author = html.escape(message.get("author") or ("So What" if is_app else known))
    badge = '<span class="badge">APP</span>' if is_app else ""
    blocks = message.get("blocks") or []
    body = _blocks_html(blocks, names) if blocks else _to_html(message.get("text") or "", names)
    return (
        f'<article class="message{" app" if is_app else ""}"><div class="face">{author[:1]}</div>'
        f'<div><span class="author">{author}</span>{badge}<div>{body}</div></div></article>'
    )


def _view_html(view: Payload, names: Mapping[str, str]) -> str:
    body = _blocks_html(view["blocks"], names)
    close = f"<button>{_object_html(view['close'], names)}</button>" if view.get("close") else ""
    if not view.get("submit"):
        return body + close
    submit = f'<button class="primary">{_object_html(view["submit"], names)}</button>'
    return f'{body}<div class="actions">{close}{submit}</div>'


def _blocks_html(blocks: Sequence[Any], names: Mapping[str, str]) -> str:
    return "\n".join(_block_html(_plain(block), names) for block in blocks)


def _block_html(block: dict[str, Any], names: Mapping[str, str]) -> str:
    kind = block["type"]
    if kind == "header":
        return f"<h2>{_object_html(block['text'], names)}</h2>"
    if kind == "divider":
        return "<hr>"
    if kind == "section":
        text = _object_html(block["text"], names) if "text" in block else ""
        fields = "".join(
            f"<div>{_object_html(field, names)}</div>" for field in block.get("fields") or []
        )
        fields = f'<div class="fields">{fields}</div>' if fields else ""
        side = _control_html(block["accessory"], names) if "accessory" in block else ""
        inside = f"<div>{text}{fields}</div>"
        if side:
            inside = f'<div class="split">{inside}<div>{side}</div></div>'
        return f'<div class="section">{inside}</div>'
    if kind in ("context", "actions"):
        controls = "".join(_control_html(element, names) for element in block["elements"])
        return f'<div class="{kind}">{controls}</div>'
    if kind == "input":
        return _input_html(block, names)
    if kind == "markdown":
        text = _to_html(_markdown_to_mrkdwn(block["text"]), names)
        return f'<div class="section">{text}</div>'
    if kind == "rich_text":
        return f'<div class="section">{_to_html(_rich_text(block), names)}</div>'
    if kind == "table":
        rows = ("".join(f"<td>{_to_html(_cell(c), names)}</td>" for c in r) for r in block["rows"])
        return f'<div class="table"><table><tr>{"</tr><tr>".join(rows)}</tr></table></div>'
    return f'<div class="section">{html.escape(_unknown_text(block))}</div>'


def _input_html(block: dict[str, Any], names: Mapping[str, str]) -> str:
    element = block["element"]
    optional = ' <span class="muted">(optional)</span>' if block.get("optional") else ""
    hint = (
        f'<div class="hint">{_object_html(block["hint"], names)}</div>' if "hint" in block else ""
    )
    tall = " tall" if element.get("multiline") else ""
    empty = "" if any(key.startswith("initial_") for key in element) else " muted"
    label, inside = _object_html(block["label"], names), html.escape(_control_label(element))
    return (
        f'<div class="input"><label>{label}{optional}</label>'
        f'<div class="box{tall}{empty}">{inside}</div>{hint}</div>'
    )


def _control_html(element: dict[str, Any], names: Mapping[str, str]) -> str:
    if element["type"] in ("plain_text", "mrkdwn"):
        return f"<span>{_object_html(element, names)}</span>"
    label = html.escape(_control_text(element).strip("[]()"))
    if element["type"] == "image":
        return f'<img src="{html.escape(element["image_url"])}" alt="{label}" width="20">'
    if element["type"] == "button":
        return f'<button class="{element.get("style", "")}">{label}</button>'
    return f'<span class="select">{label}</span>'


def _object_html(text: Payload, names: Mapping[str, str]) -> str:
    if text["type"] == "mrkdwn":
        return _to_html(text["text"], names)
    return html.escape(_emoji(text["text"])).replace("\n", "<br>")


def _to_html(mrkdwn: str, names: Mapping[str, str]) -> str:
    """mrkdwn as HTML. Links, mentions and code are set aside first, so no mark changes them."""
    aside: list[str] = []

    def put(made: str) -> str:
        aside.append(made)
        return f"\x00{len(aside) - 1}\x00"

    def token(match: re.Match[str]) -> str:
        address, label = _token(match[1])
        if address:
            return put(f'<a href="{escape(address)}">{escape(_emoji(label))}</a>')
        if label.startswith("@"):
            return put(f'<span class="mention">@{escape(names.get(label[1:], label[1:]))}</span>')
        return put(escape(label))

    def code(match: re.Match[str]) -> str:
        block = match[1] is not None
        tag = "pre" if block else "code"
        return put(f"<{tag}>{escape(match[1] if block else match[2])}</{tag}>")

    def escape(text: str) -> str:
        # The text has Slack's three escapes already; undoing them first avoids &amp;amp;.
        return html.escape(html.unescape(text))

    text = escape(_emoji(_TOKEN.sub(token, _CODE.sub(code, mrkdwn))))
    for mark, tag in _MARKS:
        text = mark.sub(rf"<{tag}>\1</{tag}>", text)
    text = _lines_html(text)
    while "\x00" in text:  # a link's label may hold code that was set aside before it
        text = re.sub("\x00(\\d+)\x00", lambda m: aside[int(m[1])], text)
    return text


_LINE_KINDS = (
    (re.compile(r"^&gt; ?"), "blockquote", "{}<br>"),
    (re.compile(r"^\s*[•◦-] +"), "ul", "<li>{}</li>"),
    (re.compile(r"^\s*\d+[.)] +"), "ol", "<li>{}</li>"),
)


def _lines_html(text: str) -> str:
    """Lines as quotes, lists or plain lines; neighbours of one kind share one element."""
    made: list[str] = []
    open_tag = ""
    for line in text.split("\n"):
        tag, shown = "", f"{line}<br>"
        for mark, kind_tag, form in _LINE_KINDS:
            if mark.match(line):
                tag, shown = kind_tag, form.format(mark.sub("", line))
                break
        if tag != open_tag:
            made += [f"</{open_tag}>"] if open_tag else []
            made += [f"<{tag}>"] if tag else []
            open_tag = tag
        made.append(shown)
    made += [f"</{open_tag}>"] if open_tag else []
    return "".join(made).removesuffix("<br>").replace("<br></blockquote>", "</blockquote>")
