"""Bad inputs of every kind, drawn at random: each must end with status 2 and one message.

    python benchmarks/bad_inputs.py [--count 300] [--seed 0] [--kind rows] [--show]

Each case is bad by construction. It runs in a forked process through the command's own ``main``
and is held to: exit status 2, one message with what, where, value and remedy, no traceback, at
most 15 seconds, and not one file more or less than before. ``tests/unit/test_bad_inputs.py`` lets
hypothesis draw from the same generators.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = 15
SLOW = 3
"""Seconds after which a case is named: what costs less than importing torch should come before."""

STUDY = """\
study: bad
models: [embedded]
data:
  first: {source: cocobots, order: first, counts: {train: 12, validation: 4, test: 4}}
matrix:
  train_on: [[first]]
  arms: {base: [], sft: [sft]}
sft: {lora: {r: 4}, learning_rate: 1e-3, epochs: 1, batch_size: 4}
evaluate: {splits: [validation], metrics: [exact_match, execution]}
compare: {baseline: base}
resources: {workers: 1}
"""

Case = list[str]
"""The words of a command line that must be refused."""


def _study(folder: Path, text: str | bytes = STUDY) -> str:
    path = folder / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return str(path)


# -- study files -------------------------------------------------------------------------------

_WRONG = ["{a: 1}", "[1, [2]]", "!!int x", "!!python/object:os.system x", "2024-13-45", "[",
          '"\\ud800"', "9" * 5000, "-1e400", ".nan", "!!binary aGk=", "*nobody", "'", "{a: b: c}",
          "-" + "9" * 30, "true", "? [1]", "!!set {a}"]  # fmt: skip


_PLACES = [r"epochs: 1\b", r"r: 4", r"train: 12", r"batch_size: 4", r"workers: 1",
           r"learning_rate: 1e-3", r"order: first", r"baseline: base",
           r"splits: \[validation\]"]  # fmt: skip


def study_values(draw: random.Random, folder: Path) -> Case:
    """A wrong value in a random place of the study file."""
    place = draw.choice(_PLACES)
    key = place.partition(":")[0]
    value = draw.choice(_WRONG)
    text = re.sub(place, lambda _: f"{key}: {value}", STUDY, count=1)
    return ["plan", _study(folder, text)]


def study_structure(draw: random.Random, folder: Path) -> Case:
    """A study file that is no study."""
    lines = STUDY.splitlines()
    at = draw.randrange(len(lines))
    key = "".join(draw.choice("abcdefgh") for _ in range(6))
    lacking = draw.choice(["models", "study"])
    bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1]\n" + "\n".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, draw.randrange(7, 30))
    )
    texts: list[str | bytes] = [
        "",
        "[]\n",
        "just words\n",
        bomb,
        "study: &a\n  x: *a\n",
        "study: " + draw.choice("[{") * draw.randrange(200, 60_000),
        STUDY + f"{key}: 1\n",
        STUDY + "study: again\n",
        "\n".join([*lines[:at], "\t" + lines[at].strip(), "  : :", *lines[at + 1 :]]),
        "\n".join(line for line in lines if not line.startswith(lacking)),
        STUDY.replace("sft: {", f"sft: {{{key}: 3, "),
        STUDY.encode() + bytes(draw.randrange(128, 256) for _ in range(5)),
        b"\xff\xfe" + STUDY.encode("utf-16-le"),
        STUDY.replace("bad", draw.choice(["a/b", "..", "x y", "", "-", "é" * 300, "a" * 81])),
        STUDY.replace("[[first]]", draw.choice(["[[]]", "[[second]]", "[[first, first]]", "[]"])),
        STUDY.replace("[sft]", draw.choice(["[sfd]", "[dpo, x]", "3"])),
        STUDY.replace("exact_match", draw.choice(["exactmatch", "''", "1"])),
        STUDY + "\n--- {}\n",
        STUDY.replace("bad", "x\x01y"),
        "x" * 2_000_000,
    ]
    return ["plan", _study(folder, draw.choice(texts))]


def study_paths(draw: random.Random, folder: Path) -> Case:
    """No study file at all, or no place for the run directory."""
    _study(folder)
    (folder / "pipe.yaml").touch()
    good = str(folder / "study.yaml")
    return draw.choice(
        [
            ["plan", str(folder)],
            ["run", str(folder / "nosuch.yaml")],
            ["plan", str(folder / ("n" * 300))],
            ["plan", "/dev/zero"],
            ["run", good, f"run_dir={good}"],
            ["run", good, f"run_dir={good}/below"],
            ["run", good, "run_dir=/proc/1/nothing"],
            ["run", good, "run_dir=" + "a" * draw.randrange(256, 5000)],
            ["plan", good, "run_dir=${NO_SUCH_VARIABLE_HERE}/x"],
            ["run", good, "run_dir=''"],
            ["run", good, f"run_dir={draw.choice(['nosuch', 'x1', 'gopher'])}://bucket/x"],
        ]
    )


# -- overrides and command lines ---------------------------------------------------------------


def overrides(draw: random.Random, folder: Path) -> Case:
    """Words that set nothing, or something impossible."""
    number = draw.choice(["1e308", "-1", "0", "1.5", "nan", "9" * 25, "1e400", "x", "", "true"])
    words = [
        f"sft.batch_size={number}",
        f"sft.lora.r={number}",
        f"data.first.counts.train={draw.choice(['-1', '1.5', '99999999999', 'x', 'true'])}",
        f"seed.{draw.choice('abc')}=1",
        "models.²=embedded",
        f"models.{draw.choice(['1', '7', '-1', '٣', '9' * 40])}.path=x",
        "models.0.max_length.x=1",
        ".".join(["a"] * draw.randrange(10, 5000)) + "=1",
        "." * draw.randrange(1, 30) + "=1",
        f"{draw.choice(['sft', 'dpo', 'evaluate'])}=[]",
        "study=" + "[" * draw.randrange(60, 60_000),
        "sft={epochs: 1, epochs: 2}",
        "nonsense",
        "=3",
        "matrix.arms.x=[3]",
        "models=[./nosuch]",
        "models=[nosuch]",
        f"models.0.path={folder / 'nothing'}",
        "data.first.files.validation=nosuch.json",
        "evaluate.metrics=[exact_match, exact_match]",
        "evaluate.on=[nosuch]",
        "dpo.loss=[sigmoid, sigmoid]",
        "register={name: a/b}",
        "register={name: x, metric: nosuch}",
        "study=a\udcffb",
        "compare.baseline=nosuch",
        "sft.learning_rate=!!float x",
        "evaluate.encoders.bertscore.layer=0",
        "resources.workers=0",
    ]
    return [draw.choice(["plan", "run"]), _study(folder), f"run_dir={folder / 'r'}",
            draw.choice(words)]  # fmt: skip


def command_lines(draw: random.Random, folder: Path) -> Case:
    """Words that no command takes."""
    study = _study(folder)
    return draw.choice(
        [
            [],
            [draw.choice(["trian", "", "plan2", "-x"])],
            ["plan"],
            ["plan", study, "--nosuch"],
            ["data", study],
            ["data", study, "--out", study],
            ["data", study, "--out", str(folder / ("d" * 300))],
            ["score", "--task", "python"],
            [
                "score",
                "--task",
                "python",
                "--metrics",
                "bleu",
                "--in",
                study,
                "--out",
                study,
                "--workers",
                draw.choice(["0", "-1", "x", "²", "9" * 5000]),
            ],
            ["report"],
            ["report", str(folder)],
            ["report", study],
            ["report", str(folder / ("r" * 300))],
            [
                "fetch",
                draw.choice(["x", "models:/x", "models:/a/b/c", "models:/x/" + "9" * 5000]),
                "--uri",
                f"sqlite:///{folder}/m.db",
                "--out",
                str(folder / "o"),
            ],
            [
                "fetch",
                "models:/x@champion",
                "--uri",
                draw.choice(
                    ["x", "ftp://h", "http://", "http://[::1", "sqlite://", "http://h:99999"]
                ),
                "--out",
                str(folder / "o"),
            ],
        ]
    )


# -- rows --------------------------------------------------------------------------------------

_ROW = {"instruction": "add one to n", "reference": "def f(n):\n    return n + 1\n",
        "tests": "assert f(1) == 2"}  # fmt: skip


def _rows_study(folder: Path, name: str, columns: str = "") -> str:
    text = (
        "study: rows\nmodels: [embedded]\ndata:\n  x: {source: instructions, task: python, "
        f"files: {{validation: {json.dumps(str(folder / name))}}}{columns}}}\n"
        "matrix: {train_on: [[x]], arms: {base: []}}\n"
    )
    return _study(folder, text)


def rows(draw: random.Random, folder: Path) -> Case:
    """A file of rows that is broken in one place."""
    count = draw.randrange(2, 6)
    good = [json.dumps({**_ROW, "instruction": f"add {n} to n"}) for n in range(count)]
    at = draw.randrange(count)
    row = json.loads(good[at])
    lacking = draw.choice(["instruction", "reference"])
    broken: list[str | bytes] = [
        good[at][: draw.randrange(1, len(good[at]) - 1)],
        json.dumps({**row, "instruction": draw.choice([None, 3, [], {}, True])}),
        json.dumps({**row, "reference": draw.choice([None, 3.5, ["x"], {}])}),
        json.dumps({k: v for k, v in row.items() if k != lacking}),
        good[at][:-1] + ', "reference": "twice"}',
        good[at][:-1] + ', "x": ' + "9" * 5000 + "}",
        good[at][:-1] + ', "x": ' + "[" * draw.randrange(900, 50_000) + "}",
        "[1, 2]", "3", '"text"', "null", "{", "]",
        json.dumps({**row, "tests": draw.choice([3, {"a": 1}, [1], "def f(:", "return 1"])}),
        good[at].encode()[:20] + b"\xff\xfe" + good[at].encode()[20:],
        json.dumps({**row, "instruction": "\ud800"}),
        json.dumps({**row, "reference": draw.choice(["", "  \n"])}),
    ]  # fmt: skip
    lines: list[str | bytes] = [*good]
    lines[at] = draw.choice(broken)
    name = draw.choice(["rows.jsonl", "ROWS.JSONL"])
    data = b"\n".join(li if isinstance(li, bytes) else li.encode() for li in lines)
    (folder / name).write_bytes(data + b"\n")
    return _with_rows(draw, folder, _rows_study(folder, name))


def _with_rows(draw: random.Random, folder: Path, study: str) -> Case:
    """Return one of the commands that read rows."""
    return draw.choice(
        [["data", study, "--out", str(folder / "out")],
         *([word, study, f"run_dir={folder / 'r'}"] for word in ("plan", "run"))]
    )  # fmt: skip


def row_files(draw: random.Random, folder: Path) -> Case:
    """A file that holds no rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = draw.randrange(9)
    name, columns = "rows.jsonl", ""
    if kind == 0:
        (folder / name).write_bytes(b"")
    elif kind == 1:
        (folder / name).mkdir()
    elif kind == 2:
        (folder / name).write_bytes(bytes(draw.randrange(256) for _ in range(500)))
    elif kind == 3:
        name = "rows.parquet"
        (folder / name).write_bytes(b"PAR1" + bytes(draw.randrange(256) for _ in range(200)))
    elif kind == 4:
        name = "rows.json"
        (folder / name).write_text(draw.choice(["3", '"x"', "[1]", "{", "[{}]", '{"a": 1}']))
    elif kind == 5:
        name = "rows.parquet"
        table = pa.table({"instruction": [b"\xff\xfe\xfa"], "reference": [b"x = 1"]})
        pq.write_table(table, folder / name)
    elif kind == 6:
        name = "rows.parquet"
        table = pa.table([["a"], ["b = 1"], ["c"]], names=["instruction", "reference", "reference"])
        pq.write_table(table, folder / name)
    elif kind == 7:
        (folder / name).write_text(json.dumps(_ROW) + "\n")
        wrong = draw.choice(["{instruction: nosuch}", "{nosuch: x}",
                             "{instruction: reference, reference: reference}"])  # fmt: skip
        columns = f", columns: {wrong}"
    else:
        row = {**_ROW, "id": draw.choice([1, "a"])}
        (folder / name).write_text(json.dumps(row) + "\n" + json.dumps(row) + "\n")
    return _with_rows(draw, folder, _rows_study(folder, name, columns))


def score_rows(draw: random.Random, folder: Path) -> Case:
    """Predictions that cannot be scored, or results that cannot be written."""
    row = {"id": 1, "reference": "x = 1", "prediction": "x = 1"}
    lacking = draw.choice(list(row))
    bad = draw.choice(
        [
            json.dumps({**row, "id": draw.choice([None, True, 1.5, []])}),
            json.dumps({**row, "prediction": draw.choice([None, 3, []])}),
            json.dumps({k: v for k, v in row.items() if k != lacking}),
            json.dumps(row)[:-5],
            json.dumps({**row, "tests": 3}),
            json.dumps({**row, "sample": draw.choice([-1, "x", 1.5])}),
            json.dumps(row) + "\n" + json.dumps(row),
            "",
            json.dumps(row)[:-1] + ', "x": ' + "[" * 5000 + "}",
        ]
    )
    source, good = folder / "in.jsonl", folder / "good.jsonl"
    source.write_text(bad + "\n")
    good.write_text(json.dumps(row) + "\n")
    words = ["score", "--task", "python", "--metrics", "bleu", "--in", str(source), "--out",
             str(folder / "out.jsonl")]  # fmt: skip
    if draw.random() < 0.4:
        words[6] = str(good)
        change = draw.choice(
            [(2, "cobol"), (4, "bleuu"), (4, ""), (4, "bleu,bleu"), (4, "bleu,"),
             (6, str(folder / "nosuch")), (6, str(folder)), (8, str(folder)), (8, str(good)),
             (8, str(folder / ("o" * 300))), (8, str(folder / "no" / "such"))]
        )  # fmt: skip
        words[change[0]] = change[1]
    return words


# -- models ------------------------------------------------------------------------------------


def models(draw: random.Random, folder: Path) -> Case:
    """The embedded model's folder with one file broken."""
    from tuneyard import embedded

    model = folder / "model"
    shutil.copytree(embedded.path(), model)
    config = json.loads((model / "config.json").read_text())
    weights = model / "model.safetensors"
    kind = draw.randrange(10)
    if kind == 0:
        name = draw.choice(["config.json", "model.safetensors", "tokenizer.json"])
        (model / name).unlink()
    elif kind == 1:
        name = draw.choice(["config.json", "tokenizer.json", "model.safetensors"])
        text = (model / name).read_bytes()
        (model / name).write_bytes(text[: draw.randrange(0, len(text) // 2)])
    elif kind == 2:
        key = draw.choice(["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size",
                           "intermediate_size", "num_key_value_heads"])  # fmt: skip
        config[key] = draw.choice([-1, 0, "x", None if key != "num_key_value_heads" else "y",
                                   config[key] + 1, [], 7.5])  # fmt: skip
        (model / "config.json").write_text(json.dumps(config))
    elif kind == 3:
        config["model_type"] = draw.choice(["nosuch", 3, None, "gpt2", "bert"])
        (model / "config.json").write_text(json.dumps(config))
    elif kind == 4:
        (model / "config.json").write_text("[" * draw.randrange(900, 100_000))
    elif kind == 5:
        config["hidden_act"] = draw.choice(["nosuch", 3, "swish2"])
        (model / "config.json").write_text(json.dumps(config))
    elif kind == 6:
        data = bytearray(weights.read_bytes())
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        name = draw.choice([n for n in header if n != "__metadata__"])
        if draw.random() < 0.5:
            del header[name]
        else:
            header[name]["shape"] = [1, 2, 3]
        text = json.dumps(header).encode()
        weights.write_bytes(len(text).to_bytes(8, "little") + text + bytes(data[8 + size :]))
    elif kind == 7:
        data = bytearray(weights.read_bytes())
        data[:8] = draw.choice([0, 2**40, 2**63]).to_bytes(8, "little")
        weights.write_bytes(data)
    elif kind == 8:
        nan, beyond = float("nan"), 10**9
        config |= draw.choice([{"auto_map": None}, {"rms_norm_eps": nan}, {"rms_norm_eps": "x"},
                               {"max_position_embeddings": 3}, {"eos_token_id": beyond},
                               {"eos_token_id": [beyond]}, {"pad_token_id": "x"},
                               {"num_labels": "x"}, {"id2label": 3}, {"layer_types": 3},
                               {"attention_dropout": "x"}, {"rope_parameters": 3},
                               {"use_cache": "x"}, {"initializer_range": nan}])  # fmt: skip
        (model / "config.json").write_text(json.dumps(config))
    else:
        weights.rename(model / "pytorch_model.bin")
    text = STUDY.replace("[embedded]", f"[{{name: m, path: {json.dumps(str(model))}}}]")
    return ["run", _study(folder, text), f"run_dir={folder / 'r'}"]


def adapters(draw: random.Random, folder: Path) -> Case:
    """An adapter that is none, or not of this base."""
    adapter = folder / "adapter"
    adapter.mkdir()
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 4, "target_modules": ["q_proj"],
              "task_type": "CAUSAL_LM", "base_model_name_or_path": "embedded"}  # fmt: skip
    key = draw.choice(["peft_type", "r", "lora_alpha", "target_modules", "modules_to_save",
                       "rank_pattern", "alpha_pattern", "bias", "use_rslora"])  # fmt: skip
    change: dict[str, object] = {
        key: draw.choice(["\0", -1, float("nan"), float("-inf"), {"a": "x"}, [3]])
    }
    if draw.random() < 0.2:
        change = draw.choice([{"peft_type": "NOSUCH"}, {"r": "x"}, {"r": 0}, {}])
    text = json.dumps({**config, **change})
    if draw.random() < 0.3:
        text = draw.choice(["", "[]", "{", "3", "[" * 5000])
    (adapter / "adapter_config.json").write_text(text)
    header = b"{}"
    (adapter / "adapter_model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    models_line = f"[{{name: embedded, adapter: {json.dumps(str(adapter))}}}]"
    text = STUDY.replace("[embedded]", models_line)
    return ["run", _study(folder, text), f"run_dir={folder / 'r'}"]


# -- run directories and tracking --------------------------------------------------------------


def run_directories(draw: random.Random, folder: Path) -> Case:
    """A finished study's directory, damaged, and asked for its report."""
    run = folder / "run"
    (run / "stages" / "register-0" / "sub").mkdir(parents=True)
    latest = run / "latest.json"
    kind = draw.randrange(6)
    if kind == 0:
        latest.write_text(draw.choice(["", "3", "[]", "{", '{"report": 3}', "null", '{"x": 1}']))
    elif kind == 1:
        latest.mkdir()
    elif kind == 2:
        latest.write_bytes(b"\xff\xfe\x00")
    elif kind == 3:
        latest.write_text(json.dumps({"report": draw.choice(["register-0", "gone", "../../etc"])}))
    elif kind == 4:
        latest.write_text("[" * 100_000)
    else:
        shutil.rmtree(run)
        run.write_text("a file")
    return ["report", str(run)]


def tracking(draw: random.Random, folder: Path) -> Case:
    """A tracking server that is none, or names that it does not take."""
    _study(folder)
    words = draw.choice(
        [
            ["tracking.uri=" + draw.choice(["x", "ftp://h/x", "http://[::1", "sqlite://"])],
            ["tracking.uri=http://127.0.0.1:1"],
            [f"tracking.uri=http://127.0.0.1:{draw.choice(['99999', 'x', '-1'])}"],
            ["tracking.uri=postgresql://nobody@127.0.0.1:1/x"],
            [f"tracking.uri=sqlite:///{folder}"],
            [f"tracking.uri=sqlite:///{folder}/study.yaml"],
            ["tracking.experiment=" + "e" * 600],
            ["tracking.experiment=''"],
            ["register={name: " + draw.choice(["a/b", "a:b", "''", "n" * 300]) + "}"],
        ]
    )  # fmt: skip
    return ["run", str(folder / "study.yaml"), f"run_dir={folder / 'r'}", *words]


# -- settings and templates that would do nothing, or something else -------------------------------


def void_settings(draw: random.Random, folder: Path) -> Case:
    """A setting that nothing would read, or that could have no effect."""
    rows = draw.randrange(13, 10**6)
    words = [
        f"sft={{global_batch: {rows}, batch_size: 1}}",
        f"sft={{global_batch: {draw.choice([5, 7, 11])}, batch_size: {draw.randrange(2, 5)}}}",
        f"register={{name: x, margin: {draw.choice([1, 1.5, 2, 500])}}}",
        f"models.0.revision={draw.choice(['main', 'v1', 'a' * 40])}",
        f"dpo={{loss: [simpo], {draw.choice(['reference: base', 'cache_reference: true'])}}}",
        f"stages.x={{like: dpo, loss: [sft], beta: {draw.uniform(0.2, 9)}}}",
        f"dpo.pairs={{from: file, rows: a, {draw.choice(['samples: 2', 'verify: none'])}}}",
        f"evaluate.decoding.{draw.choice(['top_p=0.5', 'top_k=7'])}",
        f"sft={{scheduler: constant, warmup_steps: {draw.randrange(1, 99)}}}",
        "sft={loss_on: all, turns: last}",
        "preflight={near_duplicates: off, similarity: 0.9}",
        "data.first.files.test=nosuch.json",
        "compare.against=[base]",
        f"models=[{draw.choice(['null', '[]', '3', 'a/b@v1', 'embedded@main', '{}'])}]",
        "models.0={name: m, path: embedded, prompt: {arguments: {think: true}}}",
    ]
    return [draw.choice(["plan", "run"]), _study(folder), draw.choice(words),
            f"run_dir={folder / 'r'}"]  # fmt: skip


_SAID = "{{ m.role + ': ' }}@{{ eos_token }}"


def templates(draw: random.Random, folder: Path) -> Case:
    """A chat template that does not write what is said, or one whose argument it does not read."""
    said = draw.choice([
        "", "{% if m.role == 'user' %}{{ m.content }}{% endif %}", "{{ m.content | upper }}",
        "{{ m.content + m.content }}", "{{ m.content[:5] }}", "{{ m | tojson }}",
        "{% if m.role == 'assistant' %}{{ m.content }}{% endif %}", "{{ m.content | escape }}",
        "{{ m.contents }}", "{{ m.content.x.y }}", "{{ 1 / 0 }}", "{{ m.content | nosuch }}",
    ])  # fmt: skip
    text = "{% for m in messages %}" + _SAID.replace("@", said) + "{% endfor %}"
    text += "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"
    model = {"name": "m", "path": "embedded", "quantization": "none", "prompt": {"template": text}}
    if draw.random() < 0.2:
        model["prompt"] = {"template": text, "arguments": {"think": draw.choice([1, None, {}])}}
    return ["plan", _study(folder), f"models={json.dumps([model])}", f"run_dir={folder / 'r'}"]


def conversations(draw: random.Random, folder: Path) -> Case:
    """Rows of turns, one of which is no conversation, or has two questions."""
    turns = [{"role": role, "content": f"{role}'s"} for role in ("user", "assistant") * 2]
    rows = [{"messages": [{**turn} for turn in turns]} for _ in range(draw.randrange(1, 4))]
    row = draw.choice(rows)
    turn = draw.choice(row["messages"])
    change = draw.randrange(7)
    if change == 0:
        row[draw.choice(["instruction", "output", "input"])] = "x"  # type: ignore[assignment]
    elif change == 1:
        turn["weight"] = draw.choice([0.5, 2, "1", [], -1])
    elif change == 2:
        turn[draw.choice(["tool_calls", "reasoning_content", "train"])] = draw.choice([False, "x"])
    elif change == 3:
        turn["content"] = draw.choice([None, "", " ", 3, ["x"]])
    elif change == 4:
        turn["role"] = draw.choice(["tool", "", None, 3, "system"])
    elif change == 5:
        row["messages"][-1]["weight"] = 0
    # Else the prompt format has no place for earlier turns.
    (folder / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    study = Path(_rows_study(folder, "rows.jsonl"))
    study.write_text(
        study.read_text().replace("files: {", f"files: {{train: {folder}/rows.jsonl, ")
    )
    study.write_text(study.read_text().replace("{base: []}", "{base: [], sft: [sft]}"))
    return ["plan", str(study), f"run_dir={folder / 'r'}"]


KINDS: dict[str, Callable[[random.Random, Path], Case]] = {
    kind.__name__: kind
    for kind in (study_values, study_structure, study_paths, overrides, command_lines, rows,
                 row_files, score_rows, models, adapters, run_directories, tracking,
                 void_settings, templates, conversations)
}  # fmt: skip


# -- what is held against each -------------------------------------------------------------------


def faults(status: object, said: str, out: str, before: set[str], after: set[str]) -> list[str]:
    """Return what is wrong with a refusal; empty where it is as it should be."""
    found = []
    if status != 2:
        found.append(f"status {status}")
    if len(re.findall(r"^error: ", said, re.MULTILINE)) != 1:
        found.append("not one message")
    for part in ("where:", "value:", "remedy:"):
        if part not in said:
            found.append(f"no {part}")
    if "Traceback" in said + out:
        found.append("a traceback")
    if before != after:
        found.append(f"files: {sorted(before ^ after)[:3]}")
    return found


def files(folder: Path) -> set[str]:
    """Return everything below a folder, but for the empty folder of a run."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


def call(words: Case) -> tuple[object, str, str]:
    """Run a command in this process; return its status, and what it wrote."""
    from tuneyard.cli import main

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status: object = main(words)
        except SystemExit as error:
            status = error.code
    return status, err.getvalue(), out.getvalue()


def forked(words: Case, folder: Path) -> tuple[object, str, str]:
    """Run a command in a process of its own, with a limit."""
    note = folder.parent / f"{folder.name}.json"
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(folder)
        try:
            status, said, out = call(words)
        except BaseException:
            import traceback

            status, said, out = "raised", traceback.format_exc(), ""
        note.write_text(json.dumps([status, said, out]), errors="backslashreplace")
        os._exit(0)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            status, said, out = json.loads(note.read_text()) if note.exists() else ("died", "", "")
            return status, said, out
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"over {SECONDS} s", "", ""


def main() -> int:
    """Draw, run, judge, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--show", action="store_true", help="print every message")
    options = parser.parse_args()
    import tuneyard.study  # noqa: F401  (what every command takes; what more it takes is its own)

    kinds = [options.kind] if options.kind else list(KINDS)
    wrong = collections.Counter[str]()
    slowest = 0.0
    for number in range(options.count):
        kind = kinds[number % len(kinds)]
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "case")
            folder.mkdir()
            words = KINDS[kind](random.Random(f"{options.seed}/{number}"), folder)
            before = files(folder)
            started = time.monotonic()
            status, said, out = forked(words, folder)
            seconds = time.monotonic() - started
            slowest = max(slowest, seconds)
            found = faults(status, said, out, before, files(folder))
        if seconds > SLOW:
            print(f"{number} {kind}: {seconds:.1f} s")
        if found or options.show:
            shown = " ".join(word if len(word) < 90 else word[:90] + "…" for word in words)
            print(f"{number} {kind}: {', '.join(found) or 'as it should'}\n  {shown}")
            print("  | " + said.strip()[-700:].replace("\n", "\n  | "))
        wrong[kind] += bool(found)
    total = sum(wrong.values())
    print({kind: count for kind, count in wrong.items() if count})
    print(f"{options.count - total} of {options.count} refused as they should be; "
          f"slowest {slowest:.1f} s")  # fmt: skip
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
