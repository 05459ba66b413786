"""A tenant.toml is read whole: every fault at its line, no text makes it fail."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfdns.diagnostics import Severity
from psfdns.settings import Apex, Registrar, Vpc, ZoneSettings
from psfdns.tenants.parse import MAX_BYTES, ParsedTenant, parse_tenant
from psfdns.tenants.tenant import Liaison

GOOD = """\
name = "PyLadies"
kind = "community-organisation"            # as the charter says
approved = "Board resolution, 2026-03-11"
billing = "psf"

[[liaison]]
name = "Zoë Example"
email = "dns@pyladies.example"
github = "octo-cat"

[owners]
team = "@org/team"

[zones."pyladies.example"]
id = "Z0123456789"
registrar = "gandi"
dnssec = true
expires = 2027-05-01
ignore = ["_acme-challenge.** TXT", "dyn.** A"]
protect = [
    "@ NS",
    "@ MX",
]
apex = "managed"
delegation_set = "N123"
comment = "…"
delegated = { "fr.pyladies.example" = "afpy" }

[zones."pyladies.example@office"]
private = ["us-east-1:vpc-0123"]
registrar = "none"
"""
HEAD = """\
name = "T"
kind = "psf"
approved = "yes"
[[liaison]]
name = "L"
email = "l@t.example"
"""
ZONE = HEAD + '[zones."t.example"]\n'
LINES_OF_ZONE = 7

FAULTS: list[tuple[str, int | None, str]] = [
    (HEAD.replace('"psf"', '"wg"'), 2, "one of psf, working-group, community-organisation"),
    (HEAD.replace('kind = "psf"', ""), None, "kind is missing"),
    (HEAD.replace('name = "T"', ""), None, "name is missing"),
    (HEAD.replace('"T"', '"  "'), 1, "not empty"),
    (HEAD.replace('"T"', r'"a\u001bb"'), 1, "one line of text"),
    (HEAD.replace('"T"', "1"), 1, "name must be text in quotes, not a whole number"),
    (HEAD.replace('"T"', f'"{"x" * 1001}"'), 1, "at most 1000"),
    ('billing = "me"\n' + HEAD, 1, "one of tenant, psf"),
    ('nam = "x"\n' + HEAD, 1, "'nam' is not a setting"),
    (HEAD.replace("l@t.example", "l at t.example"), 6, "not an e-mail address"),
    (HEAD.replace("l@t.example", "l@t"), 6, "not an e-mail address"),
    (HEAD.replace("l@t.example", "a@b.example,c@d.example"), 6, "not an e-mail address"),
    (HEAD.replace('email = "l@t.example"', ""), 4, "a liaison without email"),
    (HEAD + 'github = "@octo"\n', 7, "handle"),
    (HEAD + "phone = 1\n", 7, "'phone' is not a setting"),
    (HEAD.replace("[[liaison]]", "[liaison]"), 4, "must be a list of [[liaison]] tables"),
    (HEAD + '[owners]\nteam = "org/team"\n', 8, "GitHub team"),
    (HEAD + '[owners]\nuser = "org/team"\n', 8, "'user' is not a setting"),
    (HEAD + "[zones]\n'T.example' = {}\n", 8, "is not the name of a zone"),
    (HEAD + "[zones]\n't.example.' = {}\n", 8, "is not the name of a zone"),
    (HEAD + "[zones]\n'bücher.example' = {}\n", 8, "is not the name of a zone"),
    (HEAD + "[zones]\n't.example@' = {}\n", 8, "view"),
    (HEAD + "[zones]\n't.example' = 1\n", 8, "must be a table"),
    (ZONE + 'id = "/hostedzone/Z1"\n', 8, "id of a hosted zone"),
    (ZONE + 'registrar = "godaddy"\n', 8, "gandi, tenant, none"),
    (ZONE + 'dnssec = "yes"\n', 8, "true or false, not text"),
    (ZONE + 'expires = "2027-05-01"\n', 8, "must be a date"),
    (ZONE + "expires = 2027-05-01T00:00:00Z\n", 8, "must be a date"),
    (ZONE + 'ignore = "@ A"\n', 8, "must be a list of patterns"),
    (ZONE + 'ignore = [\n  "@ A",\n  # why\n  "@",\n]\n', 11, "'@' is not a pattern"),
    (ZONE + "protect = [1]\n", 8, "a pattern, not a whole number"),
    (ZONE + f"protect = {['@ A'] * 257}\n", 8, "at most 256"),
    (ZONE + 'apex = "file"\n', 8, "route53, managed"),
    (ZONE + 'delegation_set = "none?"\n', 8, "delegation set"),
    (ZONE + "private = []\n", 8, "needs a VPC"),
    (ZONE + 'private = ["vpc-0123"]\n', 8, "region:vpc"),
    (ZONE + 'private = ["us-east-1:vpc-1", "us-east-1:vpc-1"]\n', 8, "twice"),
    (ZONE + f'comment = "{"x" * 257}"\n', 8, "at most 256"),
    (ZONE + 'delegated = { "fr.other.example" = "x" }\n', 8, "does not lie below t.example."),
    (ZONE + 'delegated = { "t.example" = "x" }\n', 8, "does not lie below t.example."),
    (ZONE + 'delegated = { "fr.t.example" = "X Y" }\n', 8, "must name a tenant"),
    (ZONE + 'private = ["us-east-1:vpc-1"]\ndnssec = true\n', 9, "does not sign private zones"),
    (ZONE + 'private = ["us-east-1:vpc-1"]\ndelegation_set = "N1"\n', 9, "no delegation set"),
    (ZONE + 'delegated = { "fr..t.example" = "x" }\n', 8, "is not the name of a zone"),
    (
        ZONE + "[zones.'t.example'.delegated]\n" + "".join(f"'{n}.t.example' = 'x'\n" for n in range(1001)),
        8,
        "at most 1000",
    ),
    (HEAD + "[zones]\n'' = {}\n", 8, "no name"),
    (HEAD + f"[zones]\n'{'a.' * 600}a' = {{}}\n", 8, "too long"),
    (HEAD + "[liaison.more]\nx = 1\n", 7, "'more' is not a setting"),
    (HEAD + "more = { x = 1, y = [2, 3] }\n", 7, "'more' is not a setting"),
    ('"\\q" = 1\n', 1, "is not TOML"),
    ("x = { a = 1 b = 2 }\n", 1, "is not TOML"),
    ("x = [1 2]\n", 1, "is not TOML"),
    ("name = \n", 1, "is not TOML"),
    ("name = 1\nname = 2\n", 2, "is not TOML"),
    ("name = [\n", 1, "is not TOML"),
    ("x" + "[" * 5000, 1, "is not TOML"),
    ("x = " + "[" * 5000, 1, "nested deeper"),
    ("x = " + "{a=" * 5000, 1, "nested deeper"),
    ("\n" + ".".join("a" * 5000) + " = 1\n", 2, "nested deeper"),
    ("x = " + "9" * 5000, None, "is not TOML"),
]


def parse(text: str | bytes) -> ParsedTenant:
    data = text.encode() if isinstance(text, str) else text
    return parse_tenant(data, slug="t", path="zones/t/tenant.toml")


def test_every_setting_is_read() -> None:
    parsed = parse(GOOD)
    assert not parsed.findings
    tenant = parsed.tenant
    assert tenant is not None
    assert (tenant.slug, tenant.name, tenant.kind) == ("t", "PyLadies", "community-organisation")
    assert (tenant.approved, tenant.billing) == ("Board resolution, 2026-03-11", "psf")
    assert tenant.liaisons == (Liaison("Zoë Example", "dns@pyladies.example", "octo-cat"),)
    assert tenant.team == "@org/team"
    public, office = tenant.zones["pyladies.example"], tenant.zones["pyladies.example@office"]
    assert (public.id, public.registrar, public.dnssec) == ("Z0123456789", Registrar.GANDI, True)
    assert (public.expires, public.apex) == (datetime.date(2027, 5, 1), Apex.MANAGED)
    assert [pattern.text for pattern in public.ignore] == ["_acme-challenge.** TXT", "dyn.** A"]
    assert [pattern.text for pattern in public.protect] == ["@ NS", "@ MX"]
    assert (public.delegation_set, public.comment) == ("N123", "…")
    assert public.delegated == {"fr.pyladies.example": "afpy"}
    assert office == ZoneSettings(private=(Vpc("us-east-1", "vpc-0123"),), registrar=Registrar.NONE)


@pytest.mark.parametrize(("text", "line", "words"), FAULTS, ids=lambda value: str(value)[-40:])
def test_each_fault_is_one_error_at_its_line(text: str, line: int | None, words: str) -> None:
    findings = parse(text).findings
    assert len(findings) == 1, findings
    assert words in findings[0].summary + (findings[0].hint or "")
    assert findings[0].severity is Severity.ERROR
    assert findings[0].span is not None
    assert (findings[0].span.path, findings[0].span.first_line) == ("zones/t/tenant.toml", line)


def test_a_tenant_without_liaison_is_an_error() -> None:
    findings = parse('name = "T"\nkind = "psf"\napproved = "yes"\n').findings
    assert [(finding.code, finding.severity) for finding in findings] == [("no-liaison", Severity.ERROR)]


def test_a_tenant_without_approval_is_a_warning() -> None:
    findings = parse(HEAD.replace('approved = "yes"\n', "")).findings
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("missing-setting", Severity.WARNING)
    ]


def test_a_misspelt_key_names_the_nearest() -> None:
    assert [finding.hint for finding in parse(ZONE + "protct = []\n").findings] == ["did you mean protect?"]


def test_all_faults_are_found_at_once() -> None:
    text = HEAD.replace('"psf"', "1").replace("l@t.example", "l") + '[zones."t.example"]\nid = 1\nx = 1\n'
    lines = [finding.span.first_line for finding in parse(text).findings if finding.span]
    assert lines == [2, 6, 8, 9]


def test_only_errors_in_what_a_plan_goes_by_are_kept_with_the_zone() -> None:
    parsed = parse(ZONE + 'ignore = ["x"]\nregistrar = "x"\nprotct = []\nexpires = 1\n')
    lines = [finding.span.first_line for finding in parsed.zone_findings["t.example"] if finding.span]
    assert sorted(line for line in lines if line) == [8, 10]


def test_a_byte_order_mark_is_skipped_and_other_bytes_are_an_error_at_their_line() -> None:
    assert not parse(b"\xef\xbb\xbf" + HEAD.encode()).findings
    (finding,) = parse(b'name = "T"\nkind = "\xff"\n').findings
    assert finding.span is not None
    assert (finding.span.first_line, finding.summary) == (2, "is not UTF-8")


def test_lines_are_right_behind_carriage_returns_and_texts_of_many_lines() -> None:
    text = 'name = """\\\n  T\\\n  """\nkind = "x"\napproved = \'\'\'a\'\'\'\n' + HEAD[HEAD.index("[[") :]
    for spelled in (text, text.replace("\n", "\r\n")):
        assert [finding.span.first_line for finding in parse(spelled).findings if finding.span] == [4]


@given(st.text(max_size=200))
def test_no_text_makes_reading_fail(text: str) -> None:
    parse(text)


@given(
    st.lists(
        st.sampled_from(
            [*HEAD.splitlines(), *GOOD.splitlines(), '"', "'''", "[", "]", "{", "a.b = 1", "[[zones]]", "\\"]
        ),
        max_size=30,
    )
)
def test_no_mixture_of_lines_makes_reading_fail(lines: list[str]) -> None:
    for finding in parse("\n".join(lines)).findings:
        assert finding.span is not None
        assert 1 <= (finding.span.first_line or 1) <= max(1, len(lines))


@pytest.mark.parametrize(
    "text",
    [
        "a." * (MAX_BYTES // 2 - 10) + "a = 1",
        "x = " + "[" * (MAX_BYTES - 10),
        "x = [" + "1," * (MAX_BYTES // 2 - 10),
        "\n".join(f"[{'a.' * 30}b{number}]" for number in range(3000)),
        ('x = """' + '\\"' * (MAX_BYTES // 2))[: MAX_BYTES - 1],
        "[[liaison]]\n" * (MAX_BYTES // 12 - 10),
        HEAD + "[zones]\n" + "\n".join(f'"z{number}.example" = {{}}' for number in range(10_000)),
        "x" * (MAX_BYTES + 1),
    ],
    ids=["dotted key", "nesting", "list", "headers", "string", "liaisons", "zones", "size"],
)
def test_hostile_files_are_refused_in_short_time_with_few_findings(text: str) -> None:
    started = time.process_time()
    findings = parse(text).findings
    assert 1 <= len(findings) <= 500
    assert time.process_time() - started < 5
