"""Words that no command takes are refused before anything is read."""

import pytest

from tuneyard.cli import main


@pytest.mark.parametrize("count", ["0", "-1", "two", "1025", "99999999", "9" * 5000])
def test_a_number_of_workers_has_bounds(count, tmp_path, capsys):
    rows, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows.write_text('{"id": 1, "reference": "x", "prediction": "x"}\n')
    words = ["score", "--task", "python", "--metrics", "exact_match", "--in", str(rows)]
    assert main([*words, "--out", str(out), f"--workers={count}"]) == 2
    said = capsys.readouterr().err
    assert "--workers" in said
    assert count[:40] in said
    assert not out.exists()
    assert main([*words, "--out", str(out), "--workers=1024"]) == 0
