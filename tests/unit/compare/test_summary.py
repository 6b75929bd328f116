from tuneyard.compare.summary import summarise


def test_it_holds_what_the_report_shows(thesis) -> None:
    summary = summarise(thesis)
    assert [row.system.arm for row in summary.rows] == ["base", "sft", "dpo"]
    assert summary.deciding["tasks"].label == "pass@1"
    assert [m.key for m in summary.headline("tasks")][:2] == ["passed", "pass_at_2"]
    assert [scatter.family for scatter in summary.scatters] == ["bertscore"]
    assert len(summary.histograms) == 4
    against = summary.against_baseline(summary.rows[1], "passed")
    assert against is not None
    assert against.other == summary.rows[0].system
    assert summary.against_baseline(summary.rows[0], "passed") is None
