"""`psfdns zone new --from-issue`: a tenant who knows no git asks, and staff turn the issue into files."""

from __future__ import annotations

import io
import json
import sys
import tomllib

import pytest

from tests.cli.ground import Ground
from tests.tenants.test_issue import body


def from_issue(ground: Ground, text: str, *words: str) -> tuple[int, str, str]:
    (ground.root / "body.md").write_text(text)
    return ground.run("zone", "new", "--from-issue", "body.md", *words)


def test_an_issue_becomes_the_files(ground: Ground) -> None:
    code, out, err = from_issue(ground, body(), "--json")

    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["source"], document["record_sets"], document["tenant"]) == ("issue", 1, "pyladies")
    said = tomllib.loads((ground.root / "zones/pyladies/tenant.toml").read_text())
    assert said["liaison"][0] == {"name": "Web team", "email": "web@pyladies.example", "github": "octocat"}
    assert said["zones"] == {
        "pyladies.example": {"registrar": "tenant", "dnssec": True, "comment": "Website & mail"}
    }
    assert ground.run("check", "zones/pyladies")[0] == 0


def test_it_is_read_from_standard_input_too(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body(records="").encode())))

    code, out, _ = ground.run("zone", "new", "--from-issue", "-", "--json")

    assert (code, json.loads(out)["source"]) == (0, "template")


def test_options_of_staff_come_before_the_issue(ground: Ground) -> None:
    code, _, _ = from_issue(
        ground, body(approved=""), "--approved", "Board, 2026", "--no-dnssec", "--tenant", "pl"
    )

    assert code == 0
    said = tomllib.loads((ground.root / "zones/pl/tenant.toml").read_text())
    assert (said["approved"], said["zones"]["pyladies.example"]["dnssec"]) == ("Board, 2026", False)


def test_what_the_issue_does_not_say_is_missing(ground: Ground) -> None:
    code, _, err = from_issue(ground, body(approved="", liaison=""))

    assert code == 1
    assert "missing: --approved, --liaison ('pyladies' is a new tenant)" in err


HOSTILE = [
    ("liaison", "Eve <eve@example.net> @a\nx <y>"),
    ("liaison", 'A" \\ <a@example.net>\n"]]\n[zones."psf.io"]'),
    ("tenant", "../../etc"),
    ("tenant", "one/../two"),
    ("zone", "$(touch owned).example"),
    ("zone", "../x.example"),
    ("zone", "alpha.test"),
    ("records", "```text\n$INCLUDE /etc/passwd\n```"),
    ("records", "```text\n$INCLUDE ../two/tenant.toml\n```"),
    ("records", "```text\n$GENERATE 1-100000000 h$ A 192.0.2.1\n```"),
    ("records", "```text\nwww.victim.example. A 192.0.2.1\n```"),
    ("records", "```text\nwww A 192.0.2.256\n```"),
]


@pytest.mark.parametrize(("field", "answer"), HOSTILE)
def test_an_answer_that_would_do_more_than_answer_does_nothing(
    ground: Ground, field: str, answer: str
) -> None:
    before = sorted(path.relative_to(ground.root) for path in (ground.root / "zones").rglob("*"))

    code, out, err = from_issue(ground, body(**{field: answer}))

    assert code == 1, out + err
    assert "root:" not in err
    assert sorted(path.relative_to(ground.root) for path in (ground.root / "zones").rglob("*")) == before
    assert not (ground.root / "owned").exists()


@pytest.mark.parametrize(
    "answer",
    [
        '"\n',
        "name = \"x\" # '''",
        '"""\n[zones."psf.io"]',
        "`touch owned`",
        "$(touch owned)",
        "a\\u0000b",
        "<script>",
    ],
)
def test_what_is_written_is_what_was_answered(ground: Ground, answer: str) -> None:
    code, _, err = from_issue(ground, body(name=answer, comment=answer))

    if "\n[" in answer:
        assert code == 1
        return
    assert code == 0, err
    said = tomllib.loads((ground.root / "zones/pyladies/tenant.toml").read_text())
    assert said["name"] == answer.strip()
    assert said["zones"] == {
        "pyladies.example": {"registrar": "tenant", "dnssec": True, "comment": answer.strip()}
    }


def test_remarks_of_the_records_are_not_carried_into_the_file(ground: Ground) -> None:
    records = "```text\nwww A 192.0.2.1 ; psfdns: ignore=anything\n; trust me\n```"

    assert from_issue(ground, body(records=records))[0] == 0
    text = (ground.root / "zones/pyladies/pyladies.example.zone").read_text()
    assert "trust me" not in text
    assert "ignore=" not in text


def test_an_issue_that_is_not_there_is_wrong_usage(ground: Ground) -> None:
    assert ground.run("zone", "new", "--from-issue", "gone.md")[0] == 64


def test_what_is_no_form_is_told_at_its_line(ground: Ground) -> None:
    code, out, err = from_issue(ground, "hello\n" + body(), "--json")

    (finding,) = json.loads(out)["findings"]
    assert (code, finding["code"], finding["path"], finding["line"]) == (1, "bad-issue", "body.md", 1)
    assert "body.md:1: error: text before the first heading [bad-issue]\n" in err
