import pickle

from tuneyard.errors import RunError, UserError, suggestion


def test_the_message_names_what_where_value_and_remedy():
    error = UserError("an unknown key", where="study.yaml:3: sft", value="lr", remedy="use lora")
    assert str(error).splitlines() == [
        "an unknown key",
        "  where:  study.yaml:3: sft",
        "  value:  'lr'",
        "  remedy: use lora",
    ]


def test_a_value_of_none_is_shown_and_an_absent_one_is_the_place():
    assert "None" in str(UserError("x", where="y", value=None))
    assert "value:  'file.yaml'" in str(UserError("x", where="file.yaml"))
    assert "value" not in str(RunError("x", where="y"))


def test_a_long_value_is_shortened():
    assert len(str(UserError("x", value="a" * 10_000))) < 300


def test_a_long_list_shows_whole_items_and_how_many_more():
    names = [f"model-{number:03d}" for number in range(100)]
    shown = UserError("x", value=names).shown
    assert shown.startswith("['model-000', 'model-001', ")
    assert shown.endswith(" more)]")
    told = shown.count("'model-")
    assert f"… ({100 - told} more)" in shown
    assert told > 20
    assert UserError("x", value=(1,)).shown == "(1)"
    assert UserError("x", value=["a" * 999]).shown.startswith("['aaa")
    remedy = suggestion("zzz", [*names, *(f"other-{name}" for name in names)])
    assert remedy.endswith(" more)")
    assert remedy.count("model-") > 60


def test_of_two_long_texts_both_are_shown():
    shown = UserError("x", value={"training": "a" * 999, "inference": "b" * 999}).shown
    assert "'training': 'aaa" in shown
    assert "'inference': 'bbb" in shown
    assert len(shown) < 500


def test_what_cannot_be_shown_is_named():
    endless: list[object] = []
    endless.append(endless)
    assert UserError("x", value=endless).shown == "[[[...]]]"
    assert UserError("x", value=[10**5000]).shown == "[a int too large to show]"


def test_it_survives_the_way_to_another_process():
    error = UserError("what", where="where", value={"a": 1}, remedy="remedy")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.remedy == "remedy"


def test_the_closest_word_is_suggested_and_else_all():
    assert suggestion("loraa", ["lora", "epochs"]) == "did you mean 'lora'?"
    assert suggestion("zzz", ["b", "a"]) == "known: a, b"


def test_a_failed_run_is_told_apart_from_wrong_input_on_the_way_to_another_process():
    error = RunError("a worker was lost", where="train sft", log="/run/logs/train.log")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RunError
    assert str(again).splitlines()[-1] == "  log:    /run/logs/train.log"
    assert (again.status, UserError("x").status) == (1, 2)
