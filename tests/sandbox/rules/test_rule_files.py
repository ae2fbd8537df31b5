"""Rule sets from files: what is read, and how mistakes are told."""

import json

import pytest

from sandbox.errors import BadInput
from sandbox.rules import RuleEngine, RuleSet, default_rules, parse, read, to_jdm

GOOD = """\
name: mine
version: 3
rules:
  - id: night
    text: Applied at night
    when: {apply_hour: "[1..5)", device_age_days: ""}
    points: 5
    valid_from: 2026-01-01
    retired_on: 2026-06-01
  - id: new
    text: No device age, or a new device
    when:
      device_age_days: null, < 30
    verdict: review
"""


def told(text, columns=None):
    with pytest.raises(BadInput) as caught:
        parse(text, "mine.yaml", columns)
    return str(caught.value)


def test_a_file_is_read_with_dates_verdicts_and_version(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD)
    rules = read(tmp_path / "mine.yaml", ["apply_hour", "device_age_days"])
    assert (rules.name, rules.version, rules.ids) == ("mine", 3, ("night", "new"))
    assert rules.rule("night").fields == ("apply_hour",)  # an empty cell hits everything
    assert str(rules.rule("night").retired_on) == "2026-06-01"
    assert RuleEngine(rules).evaluate({"apply_hour": 9.0, "device_age_days": None}).verdict == (
        "review"
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[1..5)", "> > 5", "mine.yaml, line 6, rule 1: column apply_hour: '> > 5' cannot be read"),
        ("points: 5", "point: 5", "line 7, rule 1: unknown key point; the nearest is points"),
        ("points: 5", "points: many", "line 4, rule 1: Rule night has points 'many'"),
        ("points: 5", "points: 500", "-100 to 100"),
        ("points: 5", "points: 0", "neither points nor a verdict"),
        ("id: new", "id: night", "line 10, rule 2: night stands here a second time (first in line"),
        ("id: new", "id: New rule", "small letters"),
        ("2026-06-01", "2025-06-01", "retired on 2025-06-01, not after it begins on 2026-01-01"),
        ("2026-06-01", "soon", "retired_on is 'soon'; give a day as in 2026-03-01"),
        ("verdict: review", "verdict: reject", "give review, decline or none"),
        ("version: 3", "version: third", "version is 'third'"),
        ("text: Applied at night", "text: ''", "needs a text"),
        ('{apply_hour: "[1..5)", device_age_days: ""}', "{apply_hour: ''}", "0 conditions"),
        ('{apply_hour: "[1..5)", device_age_days: ""}', "night", "has to be cells by column"),
        ("[1..5)", "> 5, (1..", "rule 1: column apply_hour: '> 5, (1..' cannot be read"),
        ("null, < 30", "[1, 2]", "column device_age_days holds [1, 2]; write one cell of text"),
        ("text: Applied at night", 'text: "a\\nb"', "a text of one line"),
        ("rules:", "rulez:", "line 3: unknown key rulez; the nearest is rules"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_rule(old, new, sentence):
    assert sentence in told(GOOD.replace(old, new))


def test_an_unknown_field_is_refused_with_the_nearest_names():
    sentence = told(GOOD, ["apply_hour", "device_age", "device_applications_30d"])
    assert sentence.startswith(
        "mine.yaml, line 13, rule 2: unknown field device_age_days; the nearest are device_age"
    )


def test_an_unknown_field_is_told_with_its_line_in_jdm_and_within_expressions():
    sentence = told(to_jdm(parse(GOOD, "mine.yaml")), ["apply_hour"])
    assert "row 2: unknown field device_age_days; there are apply_hour" in sentence
    assert int(sentence.split("line ")[1].split(",")[0]) > 20
    compared = GOOD.replace("[1..5)", "> device_age_days + 1")
    sentence = told(compared, ["apply_hour", "device_age"])
    assert "line 6, rule 1: unknown field device_age_days" in sentence


@pytest.mark.parametrize("text", ["name: mine\nrules: []", "name: mine", "name: mine\nrules: 5"])
def test_an_empty_table_is_refused(text):
    assert "at least one rule" in told(text)


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(BadInput, match="There is no file"):
        read(tmp_path / "nothing.yaml")
    with pytest.raises(BadInput, match="cannot be read as a text file"):
        read(tmp_path)
    assert "has to hold the keys" in told("- a\n- b")
    assert "0 nodes of type decisionTableNode" in told('{"nodes": []}')


def test_the_default_rules_survive_jdm_and_edits():
    rules = default_rules()
    assert 15 <= len(rules.ids) <= 25
    assert rules.notes == ()
    again = parse(to_jdm(rules), "default.json")
    assert again == rules
    assert again.digest == rules.digest


def changed(change):
    document = json.loads(to_jdm(parse(GOOD, "mine.yaml")))
    change(document["nodes"][1]["content"])
    return json.dumps(document, indent=2)


def test_jdm_as_another_editor_writes_it_is_read():
    """Empty cells left out, ids of its own, no output for the rule and its text."""

    def rewrite(content):
        content["outputs"] = [o for o in content["outputs"] if o["field"] in ("points", "verdict")]
        for row in content["rules"]:
            for key in [k for k, cell in row.items() if cell == ""]:
                del row[key]
        for column in content["inputs"]:
            key, column["id"] = column["id"], f"7a90-{column['id']}"
            for row in content["rules"]:
                if key in row:
                    row[column["id"]] = row.pop(key)

    rules = parse(changed(rewrite), "edited.json")
    assert rules.ids == ("night", "new")
    assert rules.rule("new").text == "No device age, or a new device"
    assert rules.rule("new").cells == parse(GOOD, "mine.yaml").rule("new").cells


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: c.update(hitPolicy="first"), "hitPolicy is 'first'"),
        (lambda c: c["rules"].clear(), "has 0 rules"),
        (lambda c: c["rules"].append(c["rules"][0]), "Rule night stands in mine twice"),
        (lambda c: c["inputs"][0].pop("field"), "needs an id and a field"),
        (lambda c: c["inputs"].append(c["inputs"][0]), "two columns of inputs are about"),
        (lambda c: c["outputs"][0].update(field="price"), "unknown output price"),
        (lambda c: c["rules"][1].update(in_device_age_days="<"), "row 2: column device_age_days"),
        (lambda c: c["rules"][1].update(out_points="five"), "row 2: five is no number"),
    ],
)
def test_a_mistake_in_jdm_is_told_with_row_and_column(change, sentence):
    with pytest.raises(BadInput, match=r"edited\.json|mine") as caught:
        parse(changed(change), "edited.json")
    assert sentence in str(caught.value)


def test_jdm_indented_by_tabs_is_read():
    rules = parse(GOOD, "mine.yaml")
    assert parse(json.dumps(json.loads(to_jdm(rules)), indent="\t"), "tabs.json") == rules


def test_a_set_of_no_rules_or_of_a_bad_name_is_refused():
    with pytest.raises(BadInput, match="0 rules"):
        RuleSet("empty", ())
    with pytest.raises(BadInput, match="1 to 100 characters"):
        RuleSet("", default_rules().rules)
