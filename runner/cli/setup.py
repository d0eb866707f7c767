"""SET UP: check the settings' services, run the simulated company, drill a playbook against it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from runner.cli.output import Terminal, columns
from runner.cli.people import Playbook
from runner.cli.verbs import SET_UP, verb
from runner.errors import Exit, SeveranceError

__all__ = ["register"]

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where it is put: settings, ledgers, the case. New or empty."),
]
Services = Annotated[
    int, typer.Option("--services", min=1, max=64, help="How many services have doors, clones included.")
]
DrillServices = Annotated[
    int | None,
    typer.Option(
        "--services", min=1, max=64, help="How many services have doors, clones included; one of every kind."
    ),
]
_SCENARIOS = (  # written out, and held to what is shipped by a test: help loads nothing that could list them
    "data-leaving-now, demand-on-friday, false-positive-undone, git-events-expire-tonight, "
    "hr-terminates-meanwhile, mints-while-approving, namesake-is-the-cfo, "
    "service-down-at-lockdown, subject-is-an-admin, three-personas"
)


def _scenarios(incomplete: str) -> list[str]:
    from runner.desk.completing import scenarios

    return [name for name in scenarios() if name.startswith(incomplete)]


Played = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        autocompletion=_scenarios,
        help=f"What happens meanwhile: a file, or one of {_SCENARIOS}.",
    ),
]
Via = Annotated[
    Literal["terminal", "slack"],
    typer.Option("--via", help="Where its people act: slack launches, decides and follows it all there."),
]
Latency = Annotated[
    float,
    typer.Option("--latency", metavar="MS", min=0, max=60_000, help="Added to every answer of a service."),
]


def register(app: typer.Typer) -> None:
    """Add these verbs to the app."""
    for name, function in (("doctor", doctor), ("lab", lab), ("drill", drill)):
        verb(app, name, SET_UP)(function)


def doctor(
    terminal: Terminal,
    services: Annotated[list[str] | None, typer.Argument(metavar="SERVICE...", help="All when none.")] = None,
    *,
    try_lock: Annotated[
        bool,
        typer.Option(
            "--try-lock", metavar="", help="Write a small locked object as evidence, and try to remove it."
        ),
    ] = False,
) -> int:
    """Check that every service answers to our credentials; reads only, but for --try-lock."""
    from runner.desk.doctor import doctor as examine
    from runner.desk.reception import settings_of

    settings = settings_of(terminal.config)
    checks = examine(settings, services or [], try_lock=try_lock)
    if settings.chat and (not services or settings.chat.service in services):
        checks += _chat(terminal)
    rows = [("ok" if each["ok"] else "NO", each["service"], each["check"], each["detail"]) for each in checks]
    terminal.result({"checks": checks}, columns(rows))
    failed = [each for each in checks if not each["ok"]]
    for each in failed:
        terminal.say(f"{each['service']}: {each['check']}\n  = next: {each['remedy']}")
    return max((each["exit"] for each in checks), default=Exit.DONE)


def _chat(terminal: Terminal) -> list[dict[str, Any]]:
    from runner.chat.checking import checked

    try:
        return checked(terminal.desk().chat_line())
    except SeveranceError as error:  # a secret that is not there
        row = {"service": "chat", "check": "its secrets are there", "ok": False, "detail": error.what}
        return [{**row, "remedy": error.remedy, "exit": int(error.exit)}]


def lab(terminal: Terminal, out: Out = None, services: Services = 2, latency: Latency = 0) -> int:
    """Run the simulated company, alone, until Ctrl-C.

    It listens on this machine only, and writes settings that point at it.
    """
    import tempfile

    from runner.desk.laboratory import serve

    folder = out or Path(tempfile.mkdtemp(prefix="severance-lab-"))
    terminal.say(f"the lab runs until Ctrl-C; next: severance --config {folder}/severance.yaml doctor")
    serve(folder.absolute(), services, latency)
    return Exit.DONE


def drill(
    terminal: Terminal,
    playbook: Playbook,
    *,
    scenario: Played = None,
    out: Out = None,
    services: DrillServices = None,
    latency: Latency = 0,
    via: Via = "terminal",
) -> int:
    """Run a playbook against the simulated company.

    Its people are simulated and answer by themselves; every wait is compressed, a day into a second.
    The exit code is the case's own; with a scenario, 1 when something it expects does not hold.
    """
    from runner.cli.ending import ended
    from runner.cli.view import watching
    from runner.desk.drill import drill as rehearse

    with watching(terminal) as listen:
        document = rehearse(
            playbook,
            scenario,
            services=services,
            latency_ms=latency,
            out=out,
            listen=listen,
            in_chat=via == "slack",
        )
    return ended(terminal, document)
