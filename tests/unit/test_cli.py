import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tuneyard import embedded
from tuneyard.cli import main

QUICKSTART = str(Path(__file__).parents[2] / "jobs" / "configs" / "quickstart.yaml")


def test_help_is_there_without_heavy_imports():
    program = (
        "import sys; from tuneyard.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'ray', 'mlflow', 'pydantic', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "run or resume a study" in done.stdout


@pytest.fixture
def refused(capsys):
    def call(*arguments):
        status = main(list(arguments))
        said = capsys.readouterr()
        assert status == 2
        assert said.out == ""
        assert "Traceback" not in said.err
        assert said.err.count("error:") == 1
        return said.err

    return call


def test_wrong_input_is_refused_with_one_message(refused, tmp_path):
    run_dir = f"run_dir={tmp_path / 'run'}"
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"instruction": "x", "reference": "y"}\n{"instruct\n')
    (tmp_path / "model").mkdir()
    source = f"data.x={{source: instructions, task: python, files: {{train: {bad}}}}}"
    cases = {
        "missing.yaml": ["run", str(tmp_path / "missing.yaml")],
        "stf": ["run", QUICKSTART, run_dir, "stf.epochs=1"],
        "'many'": ["run", QUICKSTART, run_dir, "sft.epochs=many"],
        "codeblue": ["run", QUICKSTART, run_dir, "evaluate.metrics=[codeblue]"],
        "config.json": ["run", QUICKSTART, run_dir, f"models.0.path={tmp_path / 'model'}"],
        "/no/such/model": ["run", QUICKSTART, run_dir, "models.0.path=/no/such/model"],
        "'oops'": ["data", QUICKSTART, "data.first_order.files.test=oops", "--out",
                   str(tmp_path / "d")],
        "bad.jsonl:2": ["run", QUICKSTART, run_dir, source, "matrix.train_on=[[x]]",
                        "evaluate.on=[first_order]", "register=null"],
        "counts.train": ["run", QUICKSTART, run_dir,
                         "data.first_order.counts={train: 0, validation: 5, test: 5}"],
        "loss_weights": ["run", QUICKSTART, run_dir, "dpo.loss_weights=[.nan]"],
        "no scheme": ["run", QUICKSTART, run_dir, "tracking.uri=server"],
        "q_prjo": ["run", QUICKSTART, run_dir, "sft.lora.target_modules=[q_prjo]"],
        "data cannot be written": ["data", QUICKSTART, "--out", str(bad)],
        "no/run": ["report", str(tmp_path / "no" / "run")],
    }  # fmt: skip
    for words, arguments in cases.items():
        assert words in refused(*arguments), words


def test_what_would_fail_at_the_end_is_refused_at_the_start(refused, tmp_path, monkeypatch):
    from safetensors.torch import load_file, save_file

    monkeypatch.setattr("tuneyard.tracking.connect.PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    folder = Path(shutil.copytree(embedded.path(), tmp_path / "model"))
    weights = folder / "model.safetensors"
    kept = {name: t for name, t in load_file(weights).items() if ".layers.0." not in name}
    save_file(kept, weights, metadata={"format": "pt"})
    run_dir = f"run_dir={tmp_path / 'run'}"
    cases = {
        "connection refused": [f"tracking.uri=http://127.0.0.1:{port}"],
        "place for artifacts": ["tracking.uri=postgresql://me:secret@host/db"],
        "is no address": ["tracking.uri=http://host:99999"],
        "no address (Invalid IPv6 URL)": ["tracking.uri='http://[::1'"],
        "no SQLite file": [f"tracking.uri=sqlite:///{weights}"],
        "register.name": ["register.name=a/b"],
        "layers.0.input_layernorm.weight": [f"models.0.path={folder}"],
        "install the fsspec package": ["run_dir=nosuch://x", "tracking.uri=http://host"],
    }
    for words, overrides in cases.items():
        said = refused("run", QUICKSTART, run_dir, *overrides)
        assert words in said, said
        assert "secret" not in said
        assert not (tmp_path / "run").exists()


LIGHT = """
import sys
from tuneyard import embedded
from tuneyard.cli import main
from tuneyard.tracking import connect
connect.PATIENCE = 0.1
study, run, adapter, model, rows, again = sys.argv[1:]
pairs = "dpo.pairs={from: policy, verify: execution}"
files = f"{{train: {rows}, validation: {again}}}"
python = f"data={{x: {{source: instructions, task: python, files: {files}}}}}"
own = [python, "matrix.train_on=[[x]]", "register=null"]
cases = [
    [f"run_dir={study}/below"],
    ["run_dir=/proc/1/nothing"],
    ["tracking.uri=http://127.0.0.1:1"],
    [f"tracking.uri=sqlite:///{study}"],
    ["tracking.uri=sqlite:////proc/1/nothing/m.db"],
    [f"models.0.path={model}"],
    [f"models.0.adapter={adapter}"],
    ["sandbox.imports=[no_such_module_of_any_kind]"],
    [*own, "evaluate.metrics=[exact_match, execution]", "preflight.duplicates=report"],
    [*own, pairs, "evaluate.metrics=[exact_match]", "preflight.duplicates=report"],
    [*own, "evaluate.metrics=[exact_match]"],
]
for case in cases:
    assert main(["run", study, f"run_dir={run}", *case]) == 2, case
    assert not {"torch", "transformers", "ray", "mlflow"} & set(sys.modules), case
assert main(["fetch", "models:/x@y", "--uri", f"sqlite:///{run}/m.db", "--out", run]) == 2
assert main(["fetch", "models:/x@y", "--uri", "http://127.0.0.1:1", "--out", run]) == 2
for case in cases[-3:]:
    assert main(["plan", study, f"run_dir={run}", *case]) == 2, case
assert not {"torch", "transformers", "ray", "mlflow"} & set(sys.modules)
"""


def test_what_costs_little_is_refused_before_anything_heavy_is_imported(tmp_path):
    model = Path(shutil.copytree(embedded.path(), tmp_path / "model"))
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 5}))
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA", "r": -1}')
    (adapter / "adapter_model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    rows, again = tmp_path / "rows.jsonl", tmp_path / "again.jsonl"
    for file, first in ((rows, 0), (again, 8)):
        lines = [{"instruction": f"add {n}", "reference": f"x + {n}", "id": f"{first}/{n}"}
                 for n in range(first, first + 9)]  # fmt: skip
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run = tmp_path / "run"
    before = sorted(tmp_path.rglob("*"))
    words = [QUICKSTART, *map(str, (run, adapter, model, rows, again))]
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *words], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    said = done.stderr.split("error: ")[1:]
    assert len(said) == 16
    for message, words in zip(said, (
        *("a file stands where", "cannot be written to", "connection refused", "no SQLite file"),
        *("database cannot be written", "9 tensors are missing", "not a whole number from 1"),
        *("no_such_module_of_any_kind", "no row has tests", "no row has tests"),
        *("stand in the training data", "database does not exist", "connection refused"),
        *("no row has tests", "no row has tests", "stand in the training data"),
    ), strict=True):  # fmt: skip
        assert words in message
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unwritable_run_directory_is_refused(refused, tmp_path):
    (tmp_path / "file").write_text("x")
    assert "file" in refused("run", QUICKSTART, f"run_dir={tmp_path / 'file'}")


def test_a_full_disk_is_refused(refused, tmp_path):
    """On a real full file system, where the test may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system needs root")
    try:
        assert "full" in refused("run", QUICKSTART, f"run_dir={disk / 'run'}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_plan_shows_steps_and_estimates_and_writes_nothing(capsys, tmp_path):
    run_dir = tmp_path / "run"
    assert main(["plan", QUICKSTART, f"run_dir={run_dir}"]) == 0
    said = capsys.readouterr().out
    assert "train sft" in said
    assert "learning_rate" in said
    assert "parameters" in said
    assert not run_dir.exists()
    assert main(["plan", QUICKSTART, f"run_dir={run_dir}", "--json"]) == 0
    steps = json.loads(capsys.readouterr().out)["steps"]
    assert [s["stage"] for s in steps][-2:] == ["compare", "register"]
    assert not any(s["done"] for s in steps)


def test_overrides_may_stand_on_both_sides_of_an_option(capsys, tmp_path):
    words = [f"run_dir={tmp_path / 'run'}", "--json", "sft.epochs=7"]
    assert main(["plan", QUICKSTART, *words]) == 0
    changed = json.loads(capsys.readouterr().out)
    assert changed["run_dir"] == str(tmp_path / "run")
    assert main(["plan", QUICKSTART, words[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] != changed["steps"]


@pytest.mark.parametrize("words", [["plan", QUICKSTART, "--jsn"], ["report", "somewhere", "else"]])
def test_words_that_no_command_knows_are_refused(refused, words):
    said = refused(*words)
    assert f"unrecognized arguments: {words[-1]}" in said
    assert "--help" in said


def test_what_may_be_left_out_is_not_required(refused):
    said = refused("plan")
    assert "required: STUDY.yaml\n" in said


@pytest.mark.parametrize(
    "words",
    [
        ["data", QUICKSTART, "--out", ""],
        ["fetch", "models:/a@b", "--out", ""],
        ["score", "--task", "python", "--metrics", "bleu", "--in", "", "--out", "x"],
        ["score", "--task", "python", "--metrics", "bleu", "--in", "x", "--out", " "],
        ["report", ""],
        ["plan", ""],
    ],
)
def test_an_empty_text_names_no_place(refused, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "names no file and no folder" in refused(*words)
    assert not list(tmp_path.iterdir())


def test_an_unknown_task_is_told_of_its_own_option(refused):
    said = refused("score", "--task", "x", "--metrics", "bleu", "--in", "x", "--out", "y")
    assert "where:  --task" in said
    assert "'x'" in said


@pytest.mark.parametrize(
    ("run_dir", "said"),
    [
        ("~no-such-user/x", "home of a user who is not known"),
        ("s3:/bucket", "lacks a slash"),
        ("file", "a file stands where the run directory should be"),
        ("file/deeper/still", "a file stands where the run directory should be"),
        ("/etc/passwd", "a file stands where the run directory should be"),
        ("x" * 300, "cannot be"),
    ],
)
def test_plan_refuses_a_run_directory_that_cannot_be(refused, run_dir, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    assert said in refused("plan", QUICKSTART, f"run_dir={run_dir}")


def test_plan_into_a_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    program = (  # the model is left alone: that takes seconds, and prints nothing
        "import sys; from tuneyard import cli, prepared\n"
        "prepared.check_fit = lambda *_: None\n"
        "sys.exit(cli.main(['plan', sys.argv[1]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, QUICKSTART],
        stdout=writer, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(writer)
    assert "Traceback" not in done.stderr


def test_data_writes_the_examples(capsys, tmp_path):
    counts = "{train: 12, validation: 4, test: 4}"
    words = [f"data.first_order.counts={counts}", f"data.higher_order.counts={counts}"]
    assert main(["data", QUICKSTART, *words, "--out", str(tmp_path / "data")]) == 0
    rows = (tmp_path / "data" / "first_order.train.jsonl").read_text().splitlines()
    assert len(rows) == 12
    assert json.loads(rows[0])["kind"] == "first_order"
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == [
        "first_order.train.jsonl", "first_order.validation.jsonl",
        "higher_order.train.jsonl", "higher_order.validation.jsonl",
    ]  # fmt: skip


def test_score_prints_a_summary_and_writes_rows(capsys, tmp_path):
    rows = [
        {"id": "a", "reference": "put(board, 'nut', 'red', 1, 1)",
         "prediction": "put(board, 'nut', 'red', 1, 1)"},
        {"id": "b", "reference": "put(board, 'nut', 'red', 1, 1)",
         "prediction": "put(board, 'nut', 'red', 2, 1)"},
    ]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["score", "--task", "cocobots", "--metrics", "exact_match,execution",
             "--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]  # fmt: skip
    assert main([*words, "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    scored = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["execution_success"] for row in scored] == [True, False]
    assert scored[1]["error_category"] == "wrong_location"
    assert "exact_match" in json.dumps(summary)


def test_score_runs_the_code_block_that_is_named(tmp_path):
    blocks = "".join(f"```python\nput(board, 'nut', 'red', {x}, 1)\n```\n" for x in (1, 2))
    row = {"id": "a", "reference": "put(board, 'nut', 'red', 2, 1)", "prediction": blocks}
    (tmp_path / "in.jsonl").write_text(json.dumps(row))
    words = ["score", "--task", "cocobots", "--metrics", "execution",
             "--in", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl")]  # fmt: skip
    for more, right in ([], False), (["--code-block", "last"], True):
        assert main([*words, *more]) == 0
        assert json.loads((tmp_path / "out.jsonl").read_text())["execution_success"] is right
    assert main([*words, "--code-block", "second"]) == 2


def test_the_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("tuneyard ")
