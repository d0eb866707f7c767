"""A run that asked and was killed before it woke anybody: the next one wakes them, once."""

from __future__ import annotations

import signal
from collections import Counter

from runner.desk.cast import Cast


def woken(company, code):
    return Counter((each["data"]["request"], each["data"]["via"]) for each in company.records(code, "page.sent"))


def test_who_was_asked_and_not_woken_is_woken_by_the_next_run_and_nobody_twice(beside_us):
    company = beside_us()
    code = company.open()
    dying = company.begin(code, die_at="task.set", about="room")
    company.wait(dying)
    assert dying.returncode == -signal.SIGKILL
    assert ("room", "mail") not in woken(company, code)

    run = company.begin(code)
    company.until(lambda: ("room", "mail") in woken(company, code))  # everybody is asleep so far
    with Cast(company.settings, code, company.path.parent):
        _, err = company.wait(run)

    assert run.returncode == 0, err
    told = woken(company, code)
    assert told[("room", "mail")] == told[("room", "pager")] == 1
    assert [each for each, times in told.items() if times > 1] == []
