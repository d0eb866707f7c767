"""Block Kit as tables: what each block and element may hold, how long, and what it tells when used.

Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner.actions.values import Json

__all__ = ["KEYS", "LENGTHS", "OPTIONS", "Taken", "elements", "taken"]

_SELECT = frozenset({
    "action_id", "options", "option_groups", "initial_option", "confirm", "placeholder", "focus_on_load",
})  # fmt: skip
_MANY = (_SELECT - {"initial_option"}) | {"initial_options", "max_selected_items"}
_TYPED = frozenset({
    "action_id", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config",
    "focus_on_load", "placeholder",
})  # fmt: skip
_PICKED = frozenset({"action_id", "confirm", "focus_on_load", "placeholder"})

KEYS: Mapping[str, frozenset[str]] = {
    "section": frozenset({"text", "fields", "accessory", "expand"}),
    "header": frozenset({"text"}),
    "divider": frozenset(),
    "context": frozenset({"elements"}),
    "actions": frozenset({"elements"}),
    "input": frozenset({"label", "element", "dispatch_action", "hint", "optional"}),
    "rich_text": frozenset({"elements"}),
    "image": frozenset({"image_url", "alt_text", "title"}),
    "button": frozenset({"text", "action_id", "url", "value", "style", "confirm", "accessibility_label"}),
    "static_select": _SELECT,
    "multi_static_select": _MANY,
    "radio_buttons": _SELECT - {"placeholder", "option_groups"},
    "checkboxes": _MANY - {"placeholder", "option_groups", "max_selected_items"},
    "overflow": frozenset({"action_id", "options", "confirm"}),
    "plain_text_input": _TYPED,
    "email_text_input": _TYPED - {"multiline", "min_length", "max_length"},
    "url_text_input": _TYPED - {"multiline", "min_length", "max_length"},
    "number_input": _TYPED - {"multiline"} | {"is_decimal_allowed", "min_value", "max_value"},
    "datepicker": _PICKED | {"initial_date"},
    "timepicker": _PICKED | {"initial_time", "timezone"},
    "datetimepicker": _PICKED - {"placeholder"} | {"initial_date_time"},
    "users_select": _PICKED | {"initial_user"},
}
"""Besides `type`, and `block_id` of blocks."""

_PLACE = {"placeholder": 150}
LENGTHS: Mapping[str, Mapping[str, int]] = {
    "button": {"text": 75, "value": 2_000, "url": 3_000, "accessibility_label": 75},
    "static_select": _PLACE,
    "multi_static_select": _PLACE,
    "radio_buttons": {},
    "checkboxes": {},
    "overflow": {},
    "plain_text_input": {**_PLACE, "initial_value": 3_000},
    "email_text_input": _PLACE,
    "url_text_input": _PLACE,
    "number_input": _PLACE,
    "datepicker": _PLACE,
    "timepicker": _PLACE,
    "datetimepicker": {},
    "users_select": _PLACE,
    "image": {},
}
"""By element: the longest text of its parts. `text` is required where it is listed."""

OPTIONS: Mapping[str, int] = {
    "static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5,
}  # fmt: skip

_TOLD = {
    "datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
    "users_select": "selected_user", "button": "value",
}  # fmt: skip

Taken = dict[str, Json]
"""What an element tells once somebody used it."""


def elements(blocks: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every interactive element with its block's id, in the order in which they are seen."""
    for block in blocks or []:
        found = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            found += block["elements"]
        for each in found:
            if each and each["type"] != "image":
                yield block["block_id"], each


def taken(element: Mapping[str, Json], value: Json) -> Taken:
    """Return what an element tells when a person chose or typed `value` (None: left alone).

    Raises ValueError for an option it does not offer, or a text it does not take.
    """
    kind = element["type"]
    if kind in {"multi_static_select", "checkboxes"}:
        given = element.get("initial_options", [])
        if value is not None:
            given = [_option(element, each) for each in value]
        return {"type": kind, "selected_options": given}
    if kind in OPTIONS:
        given = element.get("initial_option") if value is None else _option(element, value)
        return {"type": kind, "selected_option": given}
    name = _TOLD.get(kind, "value")
    initial = element.get("initial_" + ("value" if name == "value" else name.removeprefix("selected_")))
    given = initial if value is None else value
    if kind == "plain_text_input" and given is not None:
        least, most = element.get("min_length", 0), element.get("max_length", 3_000)
        if not least <= len(given) <= most:
            raise ValueError(f"the input takes {least} to {most} characters")
    return {"type": kind, name: given or None}


def _option(element: Mapping[str, Json], value: Json) -> Json:
    groups = element.get("option_groups", [])
    offered = element.get("options") or [each for group in groups for each in group["options"]]
    for each in offered:
        if each["value"] == value:
            return each
    raise ValueError(f"{value!r} is none of {[each['value'] for each in offered]}")
