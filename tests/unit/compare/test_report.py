import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tuneyard.cocobots.drawing import pair
from tuneyard.compare import Cell, StudyInputs, System, add_decision, write_report
from tuneyard.tasks import Picture

VOID = {"meta", "br", "hr", "img", "link", "input"}
SVG_LEAVES = {"path", "rect", "circle", "polygon", "use", "stop"}
EVIL = (
    "</code></pre><script>alert('x')</script><img src=http://evil.example/x onerror=alert(1)>\x00"
)


class Page(HTMLParser):
    """Checks that tags balance and collects what could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def _read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def _assert_safe(html: str) -> None:
    page = _read(html)
    assert not page.tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    for name, value in page.attributes:
        assert not name.startswith("on"), name
        if name in ("src", "href", "xlink:href", "action", "data", "poster"):
            assert value.startswith("#"), (name, value)
    for loads in re.findall(r"url\(([^)]*)\)", html):
        assert loads.startswith("#")
    assert "@import" not in html
    assert len(page.ids) == len(set(page.ids))


def test_the_page_is_whole_balanced_and_loads_nothing(study, tmp_path) -> None:
    summary = write_report(study, tmp_path)
    html = summary.files["report"].read_text("utf-8")
    _assert_safe(html)
    titles = re.findall(r"<h2>(.*?)</h2>", html)
    assert titles == [
        *("Verdict", "Results", "Figures", "Distributions", "Paired tests"),
        *("How the arms were trained", "Errors"),
        "Worked examples",
        *("Training curves", "Preference pairs", "Data", "Configuration", "Provenance"),
        "How to read this",
    ]
    linked = set(re.findall(r'<a href="#([^"]+)"', html))
    assert linked <= set(_read(html).ids)
    assert "Framed cells differ" in html
    assert html.count('<figure class="board">') == 3  # no_code: expected only; location: both


def test_files_are_named_in_the_summary(study, tmp_path) -> None:
    files = write_report(study, tmp_path / "new").files
    assert set(files) == {
        *("report", "json", "csv/results", "csv/tests", "csv/histograms", "csv/curves"),
        *("figures/metrics-validation-first_order", "figures/errors-validation-first_order"),
        *("figures/curves-tiny-sft", "figures/curves-tiny-dpo"),
        "figures/histogram-validation-first_order-codebleu",
    }
    assert all(path.stat().st_size for path in files.values())


def test_equal_inputs_give_equal_bytes(study, tmp_path) -> None:
    first = write_report(study, tmp_path / "a").files
    second = write_report(study, tmp_path / "b").files
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes(), name


def test_hostile_text_anywhere_stays_text(study, tmp_path) -> None:
    rows = [
        {
            **dict.fromkeys(row, EVIL),
            "id": EVIL,
            "exact_match": False,
            "execution_success": False,
            "codebleu": 0.1,
            "codebleu_dataflow": None,
            "exact_match_ast": None,
            "picture": Picture(pair([[[[EVIL, EVIL]]]], [[[[EVIL, EVIL]]]]), "", True),
        }
        for row in study.cells[0].rows[:1]
    ]
    hostile = StudyInputs(
        EVIL,
        [Cell(System(EVIL, (EVIL,), EVIL), EVIL, EVIL, rows)],
        [replace(study.curves[0], system=System(EVIL, (), EVIL), stage=EVIL, note=EVIL)],
        config_yaml=EVIL,
        facts={
            EVIL: EVIL,
            "pairs": {EVIL: {EVIL: EVIL}},
            "preflight": [[EVIL, True]],
            "versions": {EVIL: EVIL},
            "durations": {EVIL: EVIL},
            "examples": [EVIL],
        },
    )
    page = write_report(hostile, tmp_path).files["report"]
    add_decision(tmp_path, {"said": f"{EVIL} is the champion"})
    html = page.read_text("utf-8")
    _assert_safe(html)
    assert "alert(&#x27;x&#x27;)" in html
    assert "\x00" not in html


@pytest.mark.parametrize(
    "values",
    [
        {"exact_match": [True]},
        {"exact_match": [None], "codebleu": [None]},
        {"error_category": [None], "execution_success": [True]},
        {"note": ["no metric"]},
    ],
    ids=["one example", "all missing", "no errors", "no metric"],
)
@pytest.mark.parametrize("arms", [["base"], ["sft"], ["base", "sft"]])
def test_degenerate_studies_still_get_a_page(make_cell, tmp_path, values, arms) -> None:
    cells = [make_cell(arm, () if arm == "base" else ["a"], **values) for arm in arms]
    files = write_report(StudyInputs("s", cells), tmp_path).files
    _assert_safe(files["report"].read_text("utf-8"))


def test_no_cells_at_all(tmp_path) -> None:
    files = write_report(StudyInputs("s", []), tmp_path).files
    html = files["report"].read_text("utf-8")
    _assert_safe(html)
    assert "nothing can be compared" in html


def test_empty_rows_still_get_a_page(tmp_path) -> None:
    cell = Cell(System("m", (), "base"), "a", "test", [])
    _assert_safe(
        write_report(StudyInputs("s", [cell]), tmp_path).files["report"].read_text("utf-8")
    )


def test_the_decision_is_added_to_the_page_and_to_the_numbers(study, tmp_path) -> None:
    files = write_report(study, tmp_path).files
    before = files["report"].read_text("utf-8")
    assert "Registry" not in before
    assert json.loads(files["json"].read_text())["registry"] is None
    said = "registry: cocobots version 1 is <sft>\n  it has no incumbent"
    add_decision(tmp_path, {"said": said, "registered": True})
    html = files["report"].read_text("utf-8")
    _assert_safe(html)
    verdict = html.split('id="verdict"')[1].split("</section>")[0]
    expected = "<p><b>Registry.</b> cocobots version 1 is &lt;sft&gt;; it has no incumbent.</p>"
    assert expected in verdict
    assert html.count("Registry.") == 1
    assert json.loads(files["json"].read_text())["registry"]["registered"] is True


def test_without_a_registry_rule_nothing_is_said(study, tmp_path) -> None:
    files = write_report(study, tmp_path).files
    add_decision(tmp_path, {"said": ""})
    assert "Registry" not in files["report"].read_text("utf-8")
    assert "<!--" not in files["report"].read_text("utf-8")


def test_a_report_of_the_thesis_metrics_samples_and_seeds(thesis, tmp_path) -> None:
    files = write_report(thesis, tmp_path).files
    html = files["report"].read_text("utf-8")
    _assert_safe(html)
    titles = re.findall(r"<h2>(.*?)</h2>", html)
    assert titles[3:6] == ["Distributions", "Precision and recall", "Paired tests"]
    assert "figures/precision_recall-test-tasks-bertscore" in files
    assert "csv/precision_recall" in files
    for word in ("pass@1", "pass@2", "p (seeds)", "Several seeds", "over 2 training seeds"):
        assert word in html
    assert "Framed cells differ" not in html  # Python answers build no boards
