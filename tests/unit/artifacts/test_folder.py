import os
import subprocess
import sys

from tuneyard.artifacts import RunDir


def test_what_a_killed_process_left_is_swept_and_a_living_one_s_is_kept(tmp_path):
    run = RunDir(str(tmp_path))
    mine = run.temporary("prepare-abc")
    gone = 2**22 + 1  # above the kernel's largest process id
    dead = tmp_path / "stages" / mine.name.replace(f"~{os.getpid()}~", f"~{gone}~")
    elsewhere = tmp_path / "stages" / f".prepare-abc~another-host~{gone}~x"
    dead.mkdir()
    elsewhere.mkdir()
    run.prove()
    assert mine.exists()
    assert elsewhere.exists()
    assert not dead.exists()


def test_what_a_killed_process_left_half_written_is_swept_wherever_it_lies(tmp_path):
    """A study that is killed while it writes leaves its file under another name."""
    program = (
        "import os, signal, sys\n"
        "from tuneyard.artifacts import RunDir\n"
        "run = RunDir(sys.argv[1])\n"
        "os.replace = os.fsync = os.rename = lambda *words: os.kill(os.getpid(), signal.SIGKILL)\n"
        "parts = sys.argv[2].split('/')\n"
        "if parts == ['probe']: run.prove()\n"
        "elif parts[0] == 'stages':\n"
        "    with run.artifact('prepare', 'abc').writing() as folder: pass\n"
        "else: run.write_text('x', *parts)\n"
    )
    (tmp_path / ".of-a-user").write_text("x")
    for place in ("probe", "study.yaml", "logs/x.log", "work/train-abc/rows.jsonl", "stages/x"):
        command = [sys.executable, "-c", program, str(tmp_path), place]
        assert subprocess.run(command, check=False).returncode == -9
    left = [path for path in tmp_path.rglob(".*") if path.name != ".of-a-user"]
    assert len(left) == 5
    RunDir(str(tmp_path)).sweep()
    assert [path.name for path in tmp_path.rglob(".*")] == [".of-a-user"]
