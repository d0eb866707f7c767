"""What Slack accepts as blocks: kinds, required parts and lengths, each refusal with its place.

Numbers: https://docs.slack.dev/reference/block-kit/blocks, …/block-elements and …/composition-objects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

from integrations.lab.slack.elements import KEYS, LENGTHS, OPTIONS
from runner.actions.values import Json

__all__ = ["IN_MESSAGE", "IN_VIEW", "Judge"]

IN_MESSAGE, IN_VIEW = 50, 100
_ID = 255
_ELEMENTS = {"actions": 25, "context": 10}


class Judge:
    """Collects what is wrong with blocks."""

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self.wrong: list[str] = []

    def blocks(self, given: Json, most: int, where: str = "/blocks") -> None:
        """Judge a list of blocks."""
        if not isinstance(given, list):
            self._no("must be an array", where)
            return
        if len(given) > most:
            self._no(f"no more than {most} items allowed", where)
        ids: set[str] = set()
        for at, block in enumerate(given):
            self._block(block, f"{where}/{at}")
            own = str(block.get("block_id", "")) if isinstance(block, dict) else ""
            if own and own in ids:
                self._no(f'`block_id` "{own}" already exists', f"{where}/{at}/block_id")
            ids.add(own)

    def text(self, given: Json, where: str, most: int, *, plain: bool = True) -> None:
        """Judge a text object of 1 to `most` characters; plain: markup is not accepted there."""
        kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(given, dict) or given.get("type") not in kinds:
            self._no(f"must be a text object of type {' or '.join(kinds)}", where)
            return
        self._keys(given, {"type", "text", "emoji" if given["type"] == "plain_text" else "verbatim"}, where)
        self.length(given.get("text"), f"{where}/text", most)

    def length(self, given: Json, where: str, most: int, *, least: int = 1) -> None:
        """Judge the length of a string."""
        if not isinstance(given, str):
            self._no("must be a string", where)
        elif len(given) > most:
            self._no(f"must be less than {most + 1} characters", where)
        elif len(given) < least:
            self._no(f"must be more than {least - 1} characters", where)

    def _no(self, what: str, where: str) -> None:
        self.wrong.append(f"[ERROR] {what} [json-pointer:{where}]")

    def _keys(self, given: dict[str, Json], known: Collection[str], where: str) -> None:
        for extra in sorted(set(given) - set(known)):
            self._no(f"invalid additional property: {extra}", where)

    def _block(self, block: Json, where: str) -> None:
        kind = str(block.get("type")) if isinstance(block, dict) else "no object"
        judge = self._BLOCKS.get(kind)
        if judge is None:
            self._no(f"unsupported type: {kind}", f"{where}/type")
            return
        if "block_id" in block:
            self.length(block["block_id"], f"{where}/block_id", _ID)
        self._keys(block, {"type", "block_id", *KEYS[kind]}, where)
        judge(self, block, where)

    def _section(self, block: dict[str, Json], where: str) -> None:
        fields = block.get("fields")
        if "text" in block:
            self.text(block["text"], f"{where}/text", 3_000, plain=False)
        elif not fields:
            self._no("missing required field: text", where)
        if fields is not None:
            self._list(fields, f"{where}/fields", 10)
            for at, each in enumerate(fields if isinstance(fields, list) else []):
                self.text(each, f"{where}/fields/{at}", 2_000, plain=False)
        if "accessory" in block:
            self._element(block["accessory"], f"{where}/accessory")

    def _header(self, block: dict[str, Json], where: str) -> None:
        self.text(block.get("text"), f"{where}/text", 150)

    def _divider(self, block: dict[str, Json], where: str) -> None:
        """Nothing but a line."""

    def _context(self, block: dict[str, Json], where: str) -> None:
        for at, each in self._several(block, where):
            if isinstance(each, dict) and each.get("type") == "image":
                self._picture(each, at)
            else:
                self.text(each, at, 3_000, plain=False)

    def _actions(self, block: dict[str, Json], where: str) -> None:
        seen: set[str] = set()
        for at, each in self._several(block, where):
            self._element(each, at)
            own = str(each.get("action_id", "")) if isinstance(each, dict) else ""
            if own and own in seen:
                self._no(f'`action_id` "{own}" already exists', f"{at}/action_id")
            seen.add(own)

    def _several(self, block: dict[str, Json], where: str) -> list[tuple[str, Json]]:
        given = block.get("elements")
        self._list(given, f"{where}/elements", _ELEMENTS[block["type"]])
        listed = given if isinstance(given, list) else []
        return [(f"{where}/elements/{at}", each) for at, each in enumerate(listed)]

    def _list(self, given: Json, where: str, most: int) -> None:
        if not isinstance(given, list) or not given:
            self._no("must be an array of at least 1 item", where)
        elif len(given) > most:
            self._no(f"no more than {most} items allowed", where)

    def _input(self, block: dict[str, Json], where: str) -> None:
        self.text(block.get("label"), f"{where}/label", 2_000)
        if "hint" in block:
            self.text(block["hint"], f"{where}/hint", 2_000)
        element = block.get("element")
        if isinstance(element, dict) and element.get("type") in {"button", "overflow"}:
            self._no(f"unsupported type: {element['type']}", f"{where}/element/type")
        else:
            self._element(element, f"{where}/element")

    def _picture(self, block: dict[str, Json], where: str) -> None:
        self.length(block.get("image_url"), f"{where}/image_url", 3_000)
        self.length(block.get("alt_text"), f"{where}/alt_text", 2_000)

    def _rich(self, block: dict[str, Json], where: str) -> None:
        self._list(block.get("elements"), f"{where}/elements", 1_000)

    def _element(self, element: Json, where: str) -> None:
        kind = element.get("type") if isinstance(element, dict) else None
        if not isinstance(kind, str) or kind not in LENGTHS:
            self._no(f"unsupported type: {kind}", f"{where}/type")
            return
        self._keys(element, {"type", *KEYS[kind]}, where)
        if kind == "image":
            self._picture(element, where)
            return
        if "action_id" in element:
            self.length(element["action_id"], f"{where}/action_id", _ID)
        for name, most in LENGTHS[kind].items():
            if name in {"text", "placeholder"} and (name in element or name == "text"):
                self.text(element.get(name), f"{where}/{name}", most)
            elif name in element:
                self.length(element[name], f"{where}/{name}", most, least=0)
        if element.get("style") not in (None, "primary", "danger"):
            self._no("must be one of primary, danger", f"{where}/style")
        if kind in OPTIONS:
            self._options(element, where, OPTIONS[kind])
        if "confirm" in element:
            self._confirm(element["confirm"], f"{where}/confirm")

    def _options(self, element: dict[str, Json], where: str, most: int) -> None:
        if "option_groups" in element and "options" not in element:
            self._list(element["option_groups"], f"{where}/option_groups", 100)
            groups = element["option_groups"]
            for at, group in enumerate(groups if isinstance(groups, list) else []):
                own = group.get("options") if isinstance(group, dict) else None
                self._options({"options": own}, f"{where}/option_groups/{at}", most)
            return
        given = element.get("options")
        self._list(given, f"{where}/options", most)
        listed = given if isinstance(given, list) else []
        for at, each in enumerate(listed):
            place = f"{where}/options/{at}"
            if not isinstance(each, dict):
                self._no("must be an object", place)
                continue
            self._keys(each, {"text", "value", "description", "url"}, place)
            self.text(each.get("text"), f"{place}/text", 75, plain=element.get("type") != "checkboxes")
            self.length(each.get("value"), f"{place}/value", 150)
            if "description" in each:
                self.text(each["description"], f"{place}/description", 75)
        chosen = [element["initial_option"]] if "initial_option" in element else []
        several = element.get("initial_options", [])
        if not isinstance(several, list) or any(each not in listed for each in [*chosen, *several]):
            self._no("the initial choice must be one of the options", where)

    def _confirm(self, given: Json, where: str) -> None:
        if not isinstance(given, dict):
            self._no("must be an object", where)
            return
        self._keys(given, {"title", "text", "confirm", "deny", "style"}, where)
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(given.get(name), f"{where}/{name}", most, plain=name != "text")

    _BLOCKS: ClassVar[dict[str, Callable[[Judge, dict[str, Json], str], None]]] = {
        "section": _section, "header": _header, "divider": _divider, "context": _context,
        "actions": _actions, "input": _input, "image": _picture, "rich_text": _rich,
    }  # fmt: skip
