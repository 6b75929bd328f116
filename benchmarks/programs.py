"""Legitimate and hostile programs through the sandbox: ``python benchmarks/programs.py``.

The legitimate ones have to pass as answers do, with a test. The hostile ones must not, the next
program has to run, and nothing may be left: no process, no file. Prints ``passed N of N``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "unit" / "sandbox"))

import hostile
import legitimate

from tuneyard.sandbox import Limits, Program, Sandbox
from tuneyard.tasks import Attempt
from tuneyard.tasks.python import judge_in

_TEST = "assert ok is True"


def main() -> None:
    """Run them and print what did not go as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--light", action="store_true", help="leave out what imports for seconds")
    parser.add_argument("--without", action="append", default=[], help="a layer to leave out")
    parser.add_argument("--only", help="programs whose name holds this")
    options = parser.parse_args()
    wanted = legitimate.LIGHT | ({} if options.light else legitimate.HEAVY)
    names = [name for name in wanted if not options.only or options.only in name]
    hostiles = [name for name in hostile.HOSTILE if not options.only or options.only in name]
    with Sandbox(workers=2, without=options.without) as sandbox:
        results = judge_in(sandbox, [Attempt(wanted[name], None, _TEST) for name in names])
        failed = [(name, r) for name, r in zip(names, results, strict=True) if not r.success]
        for name, result in failed:
            print(f"legitimate, not passed: {name}: {result.category}: {result.detail}")
        print(f"legitimate: passed {len(names) - len(failed)} of {len(names)}")
        wrong = 0
        limits = Limits(seconds=3, memory_mb=256)
        before = hostile.traces()
        for name in hostiles:
            harness = "tuneyard.sandbox.harness:python_tests"
            outcome = sandbox.run(Program(hostile.HOSTILE[name], harness, {"tests": _TEST}, limits))
            alive = sandbox.run(Program("print(6 * 7)")).stdout == "42\n"
            left = hostile.traces() - before
            succeeded = outcome.status == "ok" and (outcome.value or {}).get("passed") is True
            if succeeded or not alive or left:
                wrong += 1
                print(
                    f"hostile, got through: {name}: {outcome}"[:300], f"alive {alive}, left {left}"
                )
            elif options.only:
                print(name, outcome)
    print(f"hostile: stopped {len(hostiles) - wrong} of {len(hostiles)}")


if __name__ == "__main__":
    main()
