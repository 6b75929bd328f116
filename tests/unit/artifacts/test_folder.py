import os

from tuneyard.artifacts import RunDir


def test_what_a_killed_process_left_is_swept_and_a_living_one_s_is_kept(tmp_path):
    run = RunDir(str(tmp_path))
    mine = run.temporary("prepare-abc")
    gone = 2**22 + 1  # above the kernel's largest process id
    dead = tmp_path / "stages" / mine.name.replace(f"~{os.getpid()}~", f"~{gone}~")
    elsewhere = tmp_path / "stages" / f".prepare-abc~another-host~{gone}~x"
    dead.mkdir()
    elsewhere.mkdir()
    run.prepare()
    assert mine.exists()
    assert elsewhere.exists()
    assert not dead.exists()
