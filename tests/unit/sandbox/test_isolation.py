"""Forking, and the steps that are made before it."""

from __future__ import annotations

import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tuneyard.sandbox import isolation
from tuneyard.sandbox.channel import Channel
from tuneyard.sandbox.isolation import LIBC

FORKS = """
import os, pathlib, sys
from tuneyard.sandbox import isolation

os.register_at_fork(after_in_child=pathlib.Path(sys.argv[1], "registered").touch)
parent = os.getpid()
pid = isolation.fork()
if pid == 0:
    os._exit(7 if os.getppid() == parent else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_forked_process_goes_on_and_runs_nothing_that_modules_registered(tmp_path: Path) -> None:
    # In a process of one thread, as the zygote is: a child does not get what other threads hold.
    found = subprocess.run(
        [sys.executable, "-c", FORKS, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert found.stdout == "7\n", found.stderr
    assert not list(tmp_path.iterdir())


def test_a_step_that_fails_ends_the_others() -> None:
    done: list[int] = []
    add = partial(done.append, 1)
    isolation.do([add, partial(LIBC.getpid)])
    with pytest.raises(OSError, match="Bad file descriptor"):
        isolation.do([add, partial(LIBC.close, -1), add])
    assert done == [1, 1]


def test_limits_are_never_raised() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    (step,) = isolation.limit([(resource.RLIMIT_NOFILE, 1 << 40, 1 << 40)])
    assert isinstance(step, partial)
    assert most == resource.RLIM_INFINITY or step.args[1] == (most, most)


def test_nothing_of_one_program_is_left_in_the_channel_for_the_next() -> None:
    channel = Channel()
    channel.running()
    channel.note_suicide()
    channel.write(b"secret" * 100_000)
    assert channel.read() == b"secret" * 100_000
    channel.renew()
    assert (channel.read(), channel.stage, channel.killed_itself) == (b"", 0, False)
    assert not any(channel._memory[:])
