import json
import uuid
from dataclasses import dataclass

import pytest

from tuneyard.artifacts import RunDir
from tuneyard.compare import Cell, StudyInputs, System, write_report
from tuneyard.errors import UserError
from tuneyard.plan import Step
from tuneyard.stages import published


@dataclass(frozen=True, eq=False, kw_only=True)
class Registered(Step):
    stage = "register"
    name: str


@pytest.fixture(params=["local", "remote"])
def run(request, tmp_path):
    url = str(tmp_path / "run") if request.param == "local" else f"memory://{uuid.uuid4()}"
    run = RunDir(url)
    run.prove()
    return run


@pytest.fixture
def compared(run):
    artifact = run.artifact("compare", "c" * 16)
    rows = [{"id": "a", "passed": True}, {"id": "b", "passed": False}]
    with artifact.writing() as folder:
        write_report(StudyInputs("s", [Cell(System("m", (), "base"), "k", "test", rows)]), folder)
        (folder / "table.txt").write_text("the table\n", encoding="utf-8")
    return artifact


def _publish(run, compared, said, name="register"):
    register = Registered(label=name, name=name)
    artifact = run.artifact("register", register.key)
    facts = {"said": said, "registered": True}
    with artifact.writing(facts) as folder:
        published.publish(compared, facts, folder)
    published.closing(run, register)
    return register


def test_the_decision_is_in_the_published_report_and_the_comparison_stays(run, compared):
    register = _publish(run, compared, "registry: s version 1 is sft")
    shown = published.closing(run, register)
    assert shown["table"] == "the table\n"
    assert shown["registry"] == "registry: s version 1 is sft"
    folder = run.artifact("register", register.key).local()
    assert "</b> s version 1 is sft." in (folder / "report.html").read_text("utf-8")
    assert shown["report"].endswith(f"/register-{register.key}/report.html")
    assert json.loads((folder / "results.json").read_text())["registry"]["registered"] is True
    assert list(folder.glob("figures/*.svg"))
    assert compared.complete()
    assert "version 1" not in (compared.local() / "report.html").read_text("utf-8")


def test_the_last_report_is_found_by_the_run_directory_alone(run, compared):
    register = _publish(run, compared, "")
    assert published.latest(run.url) == {
        key: value for key, value in published.closing(run, register).items() if key != "registry"
    }


def test_the_last_report_is_that_of_the_last_command_not_the_newest(run, compared):
    first, second = (_publish(run, compared, "", key) for key in ("first", "second"))
    for register in (first, second, first):
        shown = published.closing(run, register)
        assert published.latest(run.url)["report"] == shown["report"]


def test_without_a_finished_study_there_is_none(run):
    with pytest.raises(UserError, match="no finished study"):
        published.latest(run.url)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "{}", '{"report": 3}', '{"report": "register"}', '{"report": "../x-y"}',
     '{"report": "score-abc"}', '{"report": "register-../../x"}', '{"report": "register-0000"}'],
)  # fmt: skip
def test_a_damaged_note_of_the_last_report_is_one_message(run, text):
    run.write_text(text, "latest.json")
    with pytest.raises(UserError, match="report of the run directory's last study is gone"):
        published.latest(run.url)


@pytest.mark.parametrize("file", ["report.html", "table.txt", "manifest.json"])
@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_report_that_is_gone_or_changed_is_not_shown(tmp_path, file, damage):
    run = RunDir(str(tmp_path / "run"))
    run.prove()
    compared = run.artifact("compare", "c" * 16)
    with compared.writing() as folder:
        write_report(StudyInputs("s", [Cell(System("m", (), "base"), "k", "test", [])]), folder)
        (folder / "table.txt").write_text("the table\n", encoding="utf-8")
    register = _publish(run, compared, "")
    place = run.artifact("register", register.key).local() / file
    if damage == "gone":
        place.unlink()
    else:
        content = place.read_bytes()
        place.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    with pytest.raises(UserError, match="gone or was changed") as caught:
        published.latest(run.url)
    assert "run the study again" in caught.value.remedy
