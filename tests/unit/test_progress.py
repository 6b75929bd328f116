import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneyard import progress
from tuneyard.progress import Bar, Progress, duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (41.6, "42 s"), (59.6, "1:00"), (187, "3:07"), (8109, "2:15:09")],
)
def test_spans_of_time_are_for_people(seconds, text):
    assert duration(seconds) == text


def test_without_a_terminal_there_is_a_line_at_both_ends_and_now_and_then(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    stream = io.StringIO()
    display = Progress(stream)
    display.begin(12)
    with display.stage("train") as bar:
        for step in range(0, 101, 10):
            clock[0] += 3
            bar.update(step, 100, "loss 0.5")
        bar.note = "100 steps"
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith(" 1/12  train …")
    assert lines[-1].endswith("train: 100 steps, 33 s")
    between = lines[1:-1]
    assert 1 <= len(between) <= 4  # every ten seconds, not every update
    assert re.search(r"train: 30/100 \(30%\), loss 0.5, about 21 s left", between[0])


def test_what_a_stage_says_goes_above_its_bar():
    stream = io.StringIO()
    with Progress(stream).stage("preflight") as bar:
        bar.say("an example")
    assert "an example" in stream.getvalue().splitlines()


def test_a_terminal_gets_bars_and_keeps_the_closing_line():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    display = Progress(stream)
    display.begin(1)
    with display.stage("train") as bar:
        bar.update(1, 2, "loss 1")
        bar.note = "2 steps [of many]"
    assert "2 steps [of many]" in stream.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_stages_side_by_side_have_a_line_each(terminal):
    class Stream(io.StringIO):
        def isatty(self):
            return terminal

    stream, told = Stream(), []
    display = Progress(stream, lambda **note: told.append(note))
    display.begin(3, already=2, place="runs/x")
    with display.stage("train a") as one:
        with display.stage("train b") as two:
            two.update(1, 2)
            one.update(1, 3)
            two.note = "b is done"
        with pytest.raises(ValueError, match="no"), display.stage("fails"):
            raise ValueError("no")
        one.note = "a is done"
    text = stream.getvalue()
    assert text.index("b is done") < text.index("a is done")
    assert [note["done"] for note in told] == [2, 2, 2, 3, 3, 4]


@given(
    updates=st.lists(
        st.tuples(st.floats(0, 1e6), st.one_of(st.none(), st.floats(0, 1e6))), max_size=8
    )
)
def test_the_time_left_is_never_negative(updates):
    found = []
    bar = Bar("x", lambda own, done, total, note: found.append(own.remaining(done, total)), print)
    for done, total in updates:
        bar.update(done, total)
    assert all(left is None or left >= 0 for left in found)


def test_where_the_number_of_stages_is_not_known_what_has_them_is_counted():
    stream, told = io.StringIO(), []
    display = Progress(stream, lambda **note: told.append(note))
    display.begin(1)
    with display.stage("prepare"):
        pass
    over = 0
    display.begin(2, over=lambda: over)
    for number in range(4):  # two stages a trial
        with display.stage(f"step {number}"):
            over = (number + 1) // 2
    display.begin(3)
    with display.stage("compare"):
        pass
    counts = [
        line.split("]")[1].split()[0] for line in stream.getvalue().splitlines() if "…" in line
    ]
    assert counts == ["1/1", "0/2", "0/2", "1/2", "1/2", "1/3"]
    assert [note["done"] for note in told if "done" in note][-4:] == [2, 0, 0, 1]
