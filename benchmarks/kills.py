"""Kills a small study's processes at seeded moments: what is said, what is kept, what is left.

    python benchmarks/kills.py --out FOLDER [--seed 0] [--kills 20] [--terms 5] [--only raylet,gcs]
    python benchmarks/kills.py --out FOLDER --sweep --kills 5 --terms 0 --only driver,training,gcs

Every study is disturbed, and run again, until it has ended by itself; its adapters and scores must
be those of a study that nothing disturbed, what was done before may not be done again, and MLflow
shows each run once. ``--each`` lets it end after each disturbance; ``--sweep`` takes a sweep.
Prints one line a disturbance, and at the end how many went as they should.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
STUDY = [
    str(ROOT / "jobs" / "configs" / "quickstart.yaml"),
    "models.0.max_length=512",
    "data.first_order.counts={train: 16, validation: 6, test: 0}",
    "data.higher_order.counts={train: 8, validation: 4, test: 0}",
    "sft.epochs=2",
    "sft.batch_size=4",
    "sft.checkpoint_steps=2",
    "dpo.max_steps=3",
    "dpo.checkpoint_steps=1",
    "dpo.pairs.prompts=4",
    "evaluate.decoding.max_new_tokens=16",
    "compare.resamples=100",
    "resources={workers: 1, threads: 1}",
    "matrix.arms={sft: [sft], sft-dpo: [sft, dpo]}",
    "compare.baseline=sft",
]
SWEEP = (
    "sweep={arms: [sft-dpo], space: {dpo.beta: {choice: [0.2, 0.5]}, dpo.loss: {choice: "
    "[[sigmoid], [ipo]]}}, search: grid, metric: codebleu, trials: 5, parallel: 2, confirm: 0}"
)
TARGETS = {
    "driver": "",  # the process that was started
    "study": "",  # the one in which the study runs
    "raylet": r"/raylet/raylet ",
    "gcs": r"/gcs/gcs_server ",
    "agent": r"ray::(DashboardAgent|RuntimeEnvAgent)|dashboard/agent\.py|runtime_env/agent",
    "training": r"ray::RayTrainWorker",
    "data": r"ray::.*(MapBatches|_in_task)",
    "zygote": r"tuneyard\.sandbox\.zygote",
}
NOISE = ("Traceback", "*** SIG", "core_worker", "(raylet)", "Stack trace", "Fatal Python")
LONGEST_RUN, CLEAN_WITHIN = 1200.0, 60.0


@dataclass
class Run:
    """One run of the command."""

    status: int | None = None
    said: str = ""
    killed: str = ""
    seconds: float = 0.0
    seen: set[tuple[int, float]] = field(default_factory=set)


def tree(leader: int, mark: str) -> Iterator[psutil.Process]:
    """Yield a process's descendants, and those that carry the mark of its temporary folder."""
    with contextlib.suppress(psutil.NoSuchProcess):
        yield from psutil.Process(leader).children(recursive=True)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if f"TMPDIR={mark}" in Path(f"/proc/{process.pid}/environ").read_text("latin-1"):
                yield process


def pick(name: str, leader: int, mark: str, draw: random.Random) -> psutil.Process | None:
    """Return a process of a kind, if there is one now."""
    with contextlib.suppress(psutil.Error):
        if name == "driver":
            return psutil.Process(leader)
        if name == "study":
            own = psutil.Process(leader).children()
            return max(own, key=lambda p: p.memory_info().rss) if len(own) > 1 else None
        found = []
        for process in {p.pid: p for p in tree(leader, mark)}.values():
            with contextlib.suppress(psutil.Error):
                if re.search(TARGETS[name], " ".join(process.cmdline()) + " "):
                    found.append(process)
        return draw.choice(sorted(found, key=lambda p: p.pid)) if found else None
    return None


def start(words: list[str], temporary: Path, log: Path) -> subprocess.Popen[bytes]:
    """Run the command with a temporary folder of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAY_", "MLFLOW_"))}
    env = {**kept, "TMPDIR": str(temporary), "HF_HUB_OFFLINE": "1", "PYTHONPATH": f"{ROOT}/src"}
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "tuneyard.cli", *words],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True,
        )  # fmt: skip


def run(
    words: list[str],
    temporary: Path,
    log: Path,
    draw: random.Random,
    target: str | None = None,
    number: signal.Signals = signal.SIGKILL,
    after: float = 0.0,
) -> Run:
    """Run the study; some seconds after its start, send a signal to a process of a kind."""
    result = Run()
    began = time.monotonic()
    study = start(words, temporary, log)
    while study.poll() is None and time.monotonic() < began + LONGEST_RUN:
        for process in tree(study.pid, str(temporary)):
            with contextlib.suppress(psutil.Error):
                result.seen.add((process.pid, process.create_time()))
        due = time.monotonic() - began > after
        if target and due and not result.killed and (it := pick(target, study.pid, str(temporary),
                                                               draw)):  # fmt: skip
            with contextlib.suppress(psutil.Error):
                result.killed = f"{number.name} {target} at {time.monotonic() - began:.1f} s"
                it.send_signal(number)
        time.sleep(0.3)
    result.status = study.poll()
    if result.status is None:
        study.kill()
    study.wait()
    result.seconds = time.monotonic() - began
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and result.status == -signal.SIGKILL:
        if "error:" in log.read_text():  # the janitor has its say after the supervisor's death
            break
        time.sleep(0.2)
    result.said = log.read_text()
    return result


def left(result: Run, temporary: Path) -> list[str]:
    """Return the processes and temporary files that are still there, waiting for up to a minute."""
    deadline = time.monotonic() + CLEAN_WITHIN
    while True:
        found = [f"{p.name()} {p.pid}" for p in tree(0, str(temporary)) if p.pid != os.getpid()]
        for pid, created in result.seen:
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.create_time() == created and process.status() != "zombie":
                    found.append(f"{process.name()} {pid}")
        found += [path.name for path in temporary.iterdir()]
        pids = {str(pid) for pid, _ in result.seen}
        begun = min((created for _, created in result.seen), default=0.0)
        for place in (Path("/tmp/ray"), Path("/dev/shm")):
            with contextlib.suppress(OSError):
                found += [str(p) for p in place.iterdir() if set(re.split(r"\D+", p.name)) & pids
                          and p.stat().st_mtime >= begun]  # fmt: skip
        if not found or time.monotonic() > deadline:
            return sorted(set(found))
        time.sleep(0.5)


def outcome(run_dir: Path) -> dict[str, str]:
    """Return the digests of a study's adapters and scores."""
    files = [*run_dir.glob("stages/train-*/adapter/adapter_model.safetensors"),
             *run_dir.glob("stages/score-*/scores.jsonl")]  # fmt: skip
    return {
        str(path.relative_to(run_dir)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in files
    }


def statuses(run_dir: Path) -> list[str]:
    """Return the statuses of the study's MLflow runs."""
    database = run_dir / "mlflow.db"
    if not database.exists():
        return []
    with contextlib.closing(sqlite3.connect(database)) as connection:
        try:
            return [row[0] for row in connection.execute("select status from runs")]
        except sqlite3.OperationalError:  # its tables were being made
            return []


def twice(run_dir: Path) -> list[str]:
    """Return the names that more than one of MLflow's runs has."""
    database = run_dir / "mlflow.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute(
            "select name from runs group by experiment_id, name having count(*) > 1")]  # fmt: skip


def made(run_dir: Path) -> dict[Path, int]:
    """Return when each finished step was finished."""
    return {path: path.stat().st_mtime_ns for path in run_dir.glob("stages/*/manifest.json")}


def faults(
    result: Run, target: str, number: signal.Signals, run_dir: Path, before: list[str]
) -> list[str]:
    """Return what is not as it should be right after a disturbance."""
    found = [f"says {sign!r}" for sign in NOISE if sign in result.said]
    messages = re.findall(r"^(?:error:|stopped)", result.said, re.MULTILINE)
    allowed: tuple[int | None, ...] = (1,)
    if number == signal.SIGTERM:
        allowed = (128 + number,)
    elif target == "driver":
        allowed = (-number,)
    elif target != "study":  # workers are replaced, and a Ray that has only begun is started anew
        allowed = (0, 1)
    if result.status not in allowed:
        found.append(f"status {result.status}")
    if len(messages) != (result.status != 0):
        found.append(f"{len(messages)} messages")
    if result.status != 0 and not re.search("tuneyard (run|sweep)|run the same", result.said):
        found.append("does not say what to type")
    # One that was killed outright cannot say that it has ended; the next to get so far does.
    if number == signal.SIGTERM and statuses(run_dir).count("RUNNING") > before.count("RUNNING"):
        found.append("an MLflow run is RUNNING")
    return found


def main() -> None:
    """Run the series."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--terms", type=int, default=5)
    parser.add_argument("--only", default=",".join(TARGETS))
    parser.add_argument("--latest", type=float, default=0.8, help="moment, in undisturbed runs")
    parser.add_argument("--sweep", action="store_true", help="a sweep instead of a study")
    parser.add_argument("--each", action="store_true", help="end the study after each")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    names = options.only.split(",")
    command = ["sweep", *STUDY, SWEEP] if options.sweep else ["run", *STUDY]
    plan = [(names[n % len(names)], signal.SIGKILL) for n in range(options.kills)]
    plan += [("driver", signal.SIGTERM)] * options.terms
    draw.shuffle(plan)
    kills = len(plan)
    temporary = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    try:
        wanted = options.out / "undisturbed"
        quiet = run([*command, f"run_dir={wanted}"], temporary, options.out / "0.log", draw)
        print(f"undisturbed: status {quiet.status}, {quiet.seconds:.0f} s; "
              f"left: {left(quiet, temporary) or 'nothing'}", flush=True)  # fmt: skip
        assert quiet.status == 0, quiet.said
        good, study = 0, 0
        run_dir = options.out / "study-0"
        fresh = True
        for place, (target, number) in enumerate(plan, 1):  # grows: see below
            words = [*command, f"run_dir={run_dir}"]
            share = draw.uniform(0.02, options.latest if fresh else options.latest / 2)
            after = share * quiet.seconds
            log = options.out / f"{place}.log"
            before, done = statuses(run_dir), made(run_dir)
            result = run(words, temporary, log, draw, target, number, after)
            wrong = faults(result, target, number, run_dir, before) if result.killed else []
            if not result.killed and len(plan) < 2 * kills:  # the study was quicker: try once more
                quiet.seconds = min(quiet.seconds, result.seconds)
                plan.append((target, number))
            began = time.monotonic()
            remains = left(result, temporary)
            remains += [path.name for path in run_dir.glob("stages/.*")]
            if remains:
                wrong.append(f"left: {', '.join(remains)}")
            clean = time.monotonic() - began
            if done.items() - made(run_dir).items():
                wrong.append("what was done was done again")
            ended = result.status == 0
            if not ended and (options.each or place == len(plan) or draw.random() < 0.25):
                again = run(words, temporary, options.out / f"{place}-again.log", draw)
                ended = again.status == 0
                if not ended:
                    wrong.append(f"again: status {again.status}")
            compared = ""
            if ended:
                compared = "equal" if outcome(run_dir) == outcome(wanted) else "OTHER RESULTS"
                if compared != "equal" or set(statuses(run_dir)) != {"FINISHED"}:
                    wrong.append(f"{compared}, MLflow {sorted(set(statuses(run_dir)))}")
                if doubles := twice(run_dir):
                    wrong.append(f"more than once in MLflow: {doubles}")
                shutil.rmtree(run_dir)
                study += 1
                run_dir = options.out / f"study-{study}"
            fresh = ended
            good += bool(result.killed) and not wrong
            what = result.killed or f"{number.name} {target}: ended before"
            print(f"{place:>2}  {what:<32} status {result.status!s:>4}  clean after "
                  f"{clean:4.1f} s  {compared:<6} {'; '.join(wrong) or 'as it should'}",
                  flush=True)  # fmt: skip
        print(f"{good} of {kills} as they should (seed {options.seed})")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


if __name__ == "__main__":
    main()
