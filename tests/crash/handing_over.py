"""Kills whoever makes the bundle and writes the reports, at every file, and looks at what stands under a final name."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from runner.desk.reception import problems_of_bundle
from tests.crash.lives import Lives
from tests.crash.points import NOBODY

__all__ = ["handed_over"]

FORMS = ("html", "md", "json", "csv")
_OF_THE_PRESENT = ("data/report.", "data/expiry.csv", "manifest-", "tagmanifest-", "bag-info.txt")
"""Files of a bundle that say what expires when, seen from the present, or that depend on those that do."""


def handed_over(
    case: Path, lives: Lives, words: tuple[str, str, str], visited: Path, tell: Callable[[str], None]
) -> list[str]:
    """Make bundle and reports through all deaths; returns, in words, what is half, other or missing.

    case: its folder, named by its code. words: settings, code and choice, as for `handing.main`. visited: the
    file of its points.
    """
    undisturbed, out = visited.parent / "undisturbed", visited.parent / "bundle"
    lives.live("handing", *words[:2], json.dumps(asdict(NOBODY)), str(visited), "bundle", str(undisturbed))
    wrong = _of_bundle(undisturbed)
    for form in ("bundle", *FORMS):
        while (ended := lives.live("handing", *words, str(visited), form, str(out))).killed:
            tell(visited.read_text().splitlines()[-1].partition("\t")[2])
            wrong += _standing(out, undisturbed) if form == "bundle" else _halves(case)
        if ended.code:
            wrong.append(f"{form}: {ended.err or ended.out}")
    rubbish = [f"left behind: {each}" for each in (*out.parent.glob(".*"), *case.glob(".*"), *case.rglob("*.part"))]
    return [*wrong, *_of_bundle(out), *_other(out, undisturbed), *_halves(case), *rubbish]


def _standing(out: Path, undisturbed: Path) -> list[str]:
    """Judge what a death left under the final name, and take it away."""
    if not out.exists():
        return []
    wrong = [*_of_bundle(out), *_other(out, undisturbed)]
    out.rename(out.with_name(f"bundle-of-the-dead-{sum(1 for _ in out.parent.iterdir())}"))
    return wrong


def _of_bundle(bundle: Path) -> list[str]:
    """Return what our own verifier, and the tools a stranger has, say against a bundle."""
    wrong = problems_of_bundle(bundle)
    for kind in ("manifest", "tagmanifest"):
        for algorithm in ("sha256", "sha512"):
            words = [f"{algorithm}sum", "--check", "--strict", "--quiet", f"{kind}-{algorithm}.txt"]
            done = subprocess.run(words, cwd=bundle, capture_output=True, text=True, check=False)
            wrong += [f"{' '.join(words)}: {done.stderr or done.stdout}"] if done.returncode else []
    return wrong


def _other(bundle: Path, undisturbed: Path) -> list[str]:
    """Return the files in which a bundle is not as one that nobody disturbed."""
    made, wanted = (dict(_files(each)) for each in (bundle, undisturbed))
    names = [f"bundle: {name} is in one of two" for name in sorted(made.keys() ^ wanted.keys())]
    both = [name for name in made.keys() & wanted.keys() if not name.startswith(_OF_THE_PRESENT)]
    return [*names, *(f"bundle: {name} differs" for name in both if made[name] != wanted[name])]


def _files(bundle: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(bundle.rglob("*")):
        if path.is_file():
            yield path.relative_to(bundle).as_posix(), path.read_bytes()


def _halves(case: Path) -> list[str]:
    """Return the reports in a case's folder that end too early."""
    ends = {".html": "</html>", ".json": "\n}\n", ".md": "\n", ".csv": '"\n'}
    reports = [each for each in (*case.glob("report.*"), *case.glob("report-csv/*")) if each.suffix in ends]
    return [f"half a report: {each}" for each in reports if not each.read_text().endswith(ends[each.suffix])]
