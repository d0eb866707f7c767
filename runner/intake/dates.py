"""The words in which a deadline is set: months, weekdays, units, numbers, zones and what stands before them.

English, German, French, Spanish, Portuguese, Korean: as far as they are written in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "LEAD",
    "LEAD_WITHIN",
    "MONTHS",
    "NUMBERS",
    "ON",
    "RELATIVE_DAYS",
    "UNITS",
    "WEEKDAYS",
    "ZONES",
    "among",
]


def _numbered(*rows: str) -> dict[str, int]:
    return {word: number for number, row in enumerate(rows) for word in row.split()}


MONTHS = {
    word: number + 1
    for word, number in _numbered(
        "january jan januar jänner janvier janv enero janeiro",
        "february feb februar février févr febrero fevereiro",
        "march mar märz mars marzo março",
        "april apr avril avr abril abr",
        "may mai mayo maio",
        "june jun juni juin junio junho",
        "july jul juli juillet juil julio julho",
        "august aug août agosto ago",
        "september sep sept septembre septiembre setembro",
        "october oct oktober okt octobre octubre outubro",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre déc diciembre dic dezembro",
    ).items()
}
WEEKDAYS = _numbered(
    "monday montag lundi lunes segunda-feira 월요일",
    "tuesday dienstag mardi martes terça-feira 화요일",
    "wednesday mittwoch mercredi miércoles quarta-feira 수요일",
    "thursday donnerstag jeudi jueves quinta-feira 목요일",
    "friday freitag vendredi viernes sexta-feira 금요일",
    "saturday samstag sonnabend samedi sábado 토요일",
    "sunday sonntag dimanche domingo 일요일",
)
RELATIVE_DAYS = _numbered(
    "today tonight heute aujourd'hui hoy hoje 오늘", "tomorrow morgen demain mañana amanhã 내일"
)
_UNITS = {
    60: "minute minutes min minuten minuto minutos 분",
    3600: "hour hours hr hrs h stunde stunden std heure heures hora horas 시간",
    86_400: "day days tag tage tagen jour jours día días dia dias 일",
    604_800: "week weeks woche wochen semaine semaines semana semanas 주",
}
UNITS = {word: seconds for seconds, words in _UNITS.items() for word in words.split()}
"""Seconds. Working days are read as days: the earlier reading."""
NUMBERS = _numbered(
    "",
    "one a an eine einer einem ein une un una uno uma um 한",
    "two zwei deux dos dois duas 두",
    "three drei trois tres três 세",
    "four vier quatre cuatro quatro",
    "five fünf cinq cinco",
    "six sechs seis",
    "seven sieben sept siete sete",
    "eight acht huit ocho oito",
    "nine neun neuf nueve nove",
    "ten zehn dix diez dez",
    "eleven elf onze once",
    "twelve zwölf douze doce doze",
)
NUMBERS.update({"twenty-four": 24, "forty-eight": 48, "seventy-two": 72, "ninety-six": 96})
_HOURS = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2,
    "eest": 3,
    "msk": 3, "kst": 9, "jst": 9, "hkt": 8, "sgt": 8, "brt": -3, "est": -5, "edt": -4, "cdt": -5,
    "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "aest": 10, "aedt": 11,
}  # fmt: skip
ZONES: Mapping[str, tuple[int, ...]] = {
    **{name: (hours * 60,) for name, hours in _HOURS.items()},
    "et": (-300, -240), "ct": (-360, -300), "mt": (-420, -360), "pt": (-480, -420), "bst": (60, 360),
    "ist": (60, 120, 330), "cst": (-360, 480), "ast": (-240, 180),
}  # fmt: skip
"""Minutes ahead of UTC. Names of several zones have several, and the earliest moment counts."""


def among(words: Mapping[str, object]) -> str:
    """Return the words as alternatives of a regular expression, the longest first."""
    return "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True) if each)


LEAD = re.compile(
    r"\b(?:by|until|till|before|no later than|not later than|deadline|due|expires?|latest|"
    r"bis|vor|spätestens|frist|avant|jusqu|d'ici|au plus tard|délai|antes de|antes del|hasta|a más tardar|"
    r"plazo|até|antes do|o mais tardar|prazo)(?!\w)",
    re.IGNORECASE,
)
"""What makes a date behind it a deadline."""
ON = re.compile(r"(?:^|\W)(?:on|am|le|el|na|no|em)(?:\s|\s(?:the|this|next)\s)\Z", re.IGNORECASE)
"""What makes a date behind it a deadline where the sentence threatens to publish or sell."""
LEAD_WITHIN = (
    r"within|you have|you've got|have only|deadline(?: is)?:?|innerhalb von|innerhalb|binnen|ihr habt|"
    r"sie haben|frist:?|sous|d'ici|dans les|vous avez|tu as|délai de|dentro de|en un plazo de|plazo de|"
    r"tienen|tiene|tienes|no prazo de|prazo de|vocês têm|você tem"
)
"""What makes a span behind it a deadline, counted from receipt."""
