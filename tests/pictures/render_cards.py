"""Draws sample cards and modals as pictures, for people who look: `python -m tests.pictures.render_cards OUT`.

Needs `chromium`. The drawing is our own and only looks like a chat; what is drawn is what the code makes.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.chat.cards.blocks import Block, Card
from runner.chat.cards.case import cards
from runner.chat.cards.home import home
from runner.chat.cards.modals import review
from runner.chat.cards.modals_asking import answer
from tests.chat.cards.boards import NAMES, NOW, SHAPES, board, door
from tests.pictures.png import smaller

WIDTH = 640  # pixels
_STYLE = """
* { box-sizing: border-box; margin: 0; }
body { width: 640px; padding: 14px; background: #fff; color: #1d1c1d; font: 15px/1.46 "DejaVu Sans", sans-serif; }
.message { display: grid; grid-template-columns: 40px 1fr; gap: 10px; padding: 6px 0; }
.face { width: 36px; height: 36px; border-radius: 6px; background: #4a5a6a; color: #fff; text-align: center; line-height: 36px; font-weight: 700; }
.who { font-weight: 700; } .who small { font-weight: 400; color: #616061; margin-left: 6px; }
.who b { background: #e8e8e8; color: #616061; font-size: 10px; padding: 1px 4px; border-radius: 3px; margin-left: 6px; }
.block { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.header { font-size: 18px; font-weight: 700; }
.context { color: #616061; font-size: 13px; display: flex; flex-wrap: wrap; gap: 2px 12px; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 12px; }
.divider { border-top: 1px solid #ddd; }
code { background: #f4f4f4; border: 1px solid #e1e1e1; border-radius: 3px; color: #b0274b; font: 12px "DejaVu Sans Mono", monospace; padding: 1px 3px; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; font-weight: 700; font-size: 14px; margin-right: 8px; background: #fff; }
.primary { background: #007a5a; border-color: #007a5a; color: #fff; } .danger { background: #d72b3f; border-color: #d72b3f; color: #fff; }
.view { border: 1px solid #ccc; border-radius: 10px; box-shadow: 0 4px 16px #0002; }
.view h1 { font-size: 20px; padding: 14px 20px; border-bottom: 1px solid #e5e5e5; }
.view .inside { padding: 8px 20px; } .view .foot { text-align: right; padding: 12px 20px; border-top: 1px solid #e5e5e5; }
label { font-weight: 700; display: block; } label i { font-weight: 400; color: #616061; }
.typed, .menu { border: 1px solid #aaa; border-radius: 4px; height: 34px; margin: 4px 0; padding: 5px 10px; color: #888; }
.tall { height: 58px; } .menu::after { content: "\\25BE"; float: right; }
.hint { color: #616061; font-size: 13px; }
.radio { margin: 4px 0; } .radio::before { content: "\\25EF\\00A0\\00A0"; }
"""


def words(text: Mapping[str, Any]) -> str:
    """Return a text object as HTML; in `plain_text` nothing is markup."""
    if text["type"] == "plain_text":
        return html.escape(text["text"])
    said = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text["text"])
    return re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<strong>\1</strong>", said)


def button(made: Block) -> str:
    return f'<span class="button {made.get("style", "")}">{words(made["text"])}</span>'


def section(block: Block) -> str:
    if "fields" in block:
        return (
            '<div class="block fields">'
            + "".join(f"<div>{words(each)}</div>" for each in block["fields"])
            + "</div>"
        )
    return f'<div class="block">{words(block["text"])}</div>'


def styled(part: Block) -> str:
    text = html.escape(part["text"])
    return f"<strong>{text}</strong>" if part.get("style", {}).get("bold") else text


def entry(block: Block) -> str:
    element = block["element"]
    optional = " <i>(optional)</i>" if block["optional"] else ""
    if element["type"] == "radio_buttons":
        inside = "".join(f'<div class="radio">{words(each["text"])}</div>' for each in element["options"])
    elif element["type"] == "plain_text_input":
        inside = f'<div class="typed {"tall" if element["multiline"] else ""}"></div>'
    else:
        inside = '<div class="menu">Choose</div>'
    hint = f'<div class="hint">{words(block["hint"])}</div>' if "hint" in block else ""
    return f'<div class="block"><label>{words(block["label"])}{optional}</label>{inside}{hint}</div>'


DRAWN: Mapping[str, Callable[[Block], str]] = {
    "header": lambda block: f'<div class="block header">{words(block["text"])}</div>',
    "context": lambda block: (
        '<div class="block context">'
        + "".join(f"<span>{words(each)}</span>" for each in block["elements"])
        + "</div>"
    ),
    "divider": lambda _: '<div class="block divider"></div>',
    "section": section,
    "rich_text": lambda block: (
        '<div class="block">'
        + "".join(styled(each) for part in block["elements"] for each in part["elements"])
        + "</div>"
    ),
    "actions": lambda block: '<div class="block">' + "".join(map(button, block["elements"])) + "</div>",
    "input": entry,
}


def drawn(blocks: Iterable[Block]) -> str:
    return "".join(DRAWN[each["type"]](each) for each in blocks)


def message(card: Card) -> str:
    head = '<div class="who">Ops Desk<b>APP</b><small>09:40</small></div>'
    return f'<div class="message"><div class="face">O</div><div>{head}{drawn(card.blocks)}</div></div>'


def modal(view: Block) -> str:
    submit = f'<span class="button primary">{words(view["submit"])}</span>' if "submit" in view else ""
    foot = f'<span class="button">{words(view["close"])}</span>{submit}'
    return f'<div class="view"><h1>{words(view["title"])}</h1><div class="inside">{drawn(view["blocks"])}</div><div class="foot">{foot}</div></div>'


def picture(body: str, out: Path) -> None:
    """Write a picture of HTML, as tall as it is."""
    page = f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style><body>{body}'
    measured = "<script>document.title = document.body.scrollHeight</script>"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_text(page + measured, encoding="utf-8")
        browser = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-lcd-text",
        ]
        size = [*browser, f"--window-size={WIDTH},100", "--dump-dom", str(path)]
        dom = subprocess.run(size, check=True, capture_output=True, text=True).stdout
        height = int(re.search(r"<title>(\d+)</title>", dom)[1])
        shot = [*browser, f"--window-size={WIDTH},{height}", f"--screenshot={out}", str(path)]
        subprocess.run(shot, check=True, capture_output=True)
    out.write_bytes(smaller(out.read_bytes()))


def sample(shape: str, prefix: str, detail: str = "summary") -> str:
    return "".join(
        message(each) for each in cards(SHAPES[shape], detail, NAMES, NOW) if each.key.startswith(prefix)
    )


def closing() -> dict[str, Any]:
    """Return a case a minute after its doors were fired at."""
    verdicts = {
        "okta": ["closed"] * 15 + ["inferred"] * 3, "github": ["closed"] * 6 + ["inferred"] * 9 + ["pending"],
        "google": ["closed"] * 11 + ["inferred"], "aws": ["closed"] * 7 + ["open"], "miro": ["by-hand"] * 3,
    }  # fmt: skip
    places = [(service, verdict) for service, each in verdicts.items() for verdict in each]
    return board(fired=True, doors=[door(service, "key", verdict) for service, verdict in places])


def pictures() -> dict[str, str]:
    """Return what is drawn, by the picture's name."""
    asking, wanted = SHAPES["asking"], SHAPES["decision wanted"]
    mine = [(wanted, wanted["requests"]), ({**asking, "code": "grey-owl-2"}, asking["requests"][1:4:2])]
    doors = next(each for each in cards(closing(), "summary", NAMES, NOW) if each.key == "doors")
    return {
        "approval": sample("decision wanted", "approval") + sample("approved", "approval"),
        "approval-full": sample("decision wanted", "approval", "full"),
        "decided": sample("denied", "approval") + sample("objected", "approval"),
        "doors": message(doors),
        "doors-full": sample("approved", "doors", "full"),
        "case": sample("asking", "case") + sample("emergency", "emergency") + sample("done", "ended"),
        "asking": "".join(sample("asking", each) for each in ("ask/same", "task/desk", "clock")),
        "asking-full": "".join(sample("asking", each, "full") for each in ("ask", "task", "clock")),
        "answered": "".join(sample("answered", each, "full") for each in ("ask", "task", "clock")),
        "review": modal(review(wanted, wanted["requests"][0], "summary", NAMES)),
        "answer": modal(answer(asking, asking["requests"][1])),
        "home": drawn(home(mine)["blocks"]),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in pictures().items():
        picture(body, folder / f"{name}.png")
