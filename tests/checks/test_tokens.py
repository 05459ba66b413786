"""Texts for services: each fault of pasting, and what nearly has it."""

from __future__ import annotations

import time

import pytest

from psfdns.checks import RULES, pasted, tokens
from tests.checks.findings import codes, found, judged, quote

GOOGLE = "google-site-verification=pXeWUelUhod_DdBv2go40kPIUvvQjne2bJunqR-NHVA"
GOOD = (
    GOOGLE,
    "MS=ms12345678",
    "MS=E4A68B9AB2BB9670BCE15412F62916164C0B20BB",
    "apple-domain-verification=30afIBcvSuDV2PLX",
    "docusign=05958488-4752-4ef2-95eb-aa7ba8a3bd0e",
    "facebook-domain-verification=22rm551cu4k0ab0bxsw536tlds4h95",
    "brevo-code:44509a702548750266b8ccf8141d68da",
    "yandex-verification: 7cc47fa77df61676",
    "zoho-verification=zb19694310.zmverify.zoho.com.au",
    "vc-domain-verify=zone.example,4d40c2ac67021482e173",
    "openai-domain-verification=dv-D2QdMsdJXn3Q7MYKarJH2tir",
    "openai-site-verification=D94RmNF1kSgNn6WymO4giytv0U_KVrXFXlpvb4hgCsg",
    "lark-domain-verification=verification-code-site-App_lark=Q0VjeFSDkR6Vgs9Y4EDT",
    "forward-email=hello:me@example.net, bot:bot@example.net",
    "domain-verification=some",
    "libera-1298aas",
    "a note about google-site-verification=abc and what it is for",
    " a note ",
    "MS 365 is not used here",
    "v=spf1 mx -all",
    "Placeholder",
    "x",
    "key=x",
    "https://example.net/your-page",
    "your mileage may vary",
    'config={\\"a\\": 1}',
    "contact=<a@example.net>",
    "list=[1, 2]",
)
BAD = {
    GOOGLE[:-1]: "token-shape",
    f"{GOOGLE}A": "token-shape",
    GOOGLE.replace("_", "!"): "token-shape",
    GOOGLE.replace("=", ":"): "token-shape",
    GOOGLE.replace("=", ": "): "token-shape",
    "google-site-verification=google123.html": "token-shape",
    "MS=12345678": "token-shape",
    "vc-domain-verify=zone.example": "token-shape",
    "vc-domain-verify=4d40c2ac67021482e173": "token-shape",
    "vc-domain-verify=zone.example,757ld9fbda5a64b6d060": "token-shape",
    "vc-domain-verify:zone.example,4d40c2ac67021482e173": "token-shape",
    "vc-domain-verify-zone.example,4d40c2ac67021482e173": "token-shape",
    "brevo-code=44509a702548750266b8ccf8141d68da": "token-shape",
    f" {GOOGLE}": "text-pasted",
    f"{GOOGLE} ": "text-pasted",
    f"{GOOGLE}\\009": "text-pasted",
    GOOGLE.replace("=", " ="): "text-pasted",
    GOOGLE.replace("=", "= "): "text-pasted",
    f'\\"{GOOGLE}\\"': "text-pasted",
    f"'{GOOGLE}'": "text-pasted",
    f"\\226\\128\\156{GOOGLE}\\226\\128\\157": "text-pasted",
    GOOGLE.replace("=", "=\\226\\128\\156"): "text-pasted",
    GOOGLE.replace("=", "=\\194\\160"): "text-pasted",
    GOOGLE.replace("=", "=\\255"): "text-pasted",
    f"@ {GOOGLE}": "text-pasted",
    f"@{GOOGLE}": "text-pasted",
    f"TXT {GOOGLE}": "text-pasted",
    f"zone.example. 300 IN TXT {GOOGLE}": "text-pasted",
    f'zone.example. 300 IN TXT \\"{GOOGLE}\\"': "text-pasted",
    f"{GOOGLE}{GOOGLE}": "text-pasted",
    f"{GOOGLE} {GOOGLE}": "text-pasted",
    "other-site-verification= abc": "text-pasted",
    "_vercel=vc-domain-verify=zone.example,4d40c2ac67021482e173": "text-pasted",
    "_dmarc: v=DMARC1; p=none;": "text-pasted",
    "_dmarc.zone.example v=DMARC1; p=none;": "text-pasted",
    "zoho._domainkey=v=DKIM1; k=rsa; p=": "text-pasted",
    "IN TXT v=spf1 mx -all": "text-pasted",
    "google-site-verification=xxxxxxxx": "token-placeholder",
    "google-site-verification=your-token-here": "token-placeholder",
    "google-site-verification=[YOUR_CODE]": "token-placeholder",
    "google-site-verification=<token>": "token-placeholder",
    "MS=placeholder": "token-placeholder",
    "status-page-domain-verification=placeholder": "token-placeholder",
    "other-site-verification={{ token }}": "token-placeholder",
    "other-site-verification=...": "token-placeholder",
    "00000000000000000000000000000000": "token-placeholder",
}
HOSTILE = (
    "a=" * 2_000,
    "a-" * 2_000,
    "a." * 2_000,
    " " * 4_000,
    "=" * 4_000,
    ";" * 4_000,
    "v=spf1 " + "/1" * 2_000,
    "v=spf1 a:" + "%{" * 1_990,
    "v=spf1 a:" + "a." * 1_990 + "@",
    "v=spf1" + " " * 3_990 + "!",
    "v=DMARC1; p=none; rua=" + "mailto:a@b," * 360,
    "v=DMARC1; p=none; fo=" + "1:" * 1_980,
    "v=DMARC1;" + " ;" * 1_990,
    "v=DKIM1; p=" + "A" * 3_980,
    "v=DKIM1;" + "a=;" * 1_300,
    "v=STSv1;" + "id=1;" * 790,
    "v=TLSRPTv1; rua=" + "https://a," * 390,
    "v=BIMI1; l=https://" + "a." * 1_980,
    "google-site-verification=" + "A" * 3_970,
    "<" * 4_000,
    "your-" + "a " * 1_990,
    "@ " * 2_000 + GOOGLE[:20],
)
CHECKS = (pasted.CHECK, tokens.CHECK)


@pytest.mark.parametrize("text", GOOD)
def test_what_is_sound_or_no_token_is_left_in_peace(text: str) -> None:
    assert codes(f'@ TXT "{text}"', *CHECKS) == []


@pytest.mark.parametrize(("text", "code"), BAD.items())
def test_each_fault_has_its_code(text: str, code: str) -> None:
    assert codes(f'@ TXT "{text}"', *CHECKS) == [code]


def test_a_word_that_keeps_a_place_is_one_where_a_service_looks() -> None:
    assert codes('_amazonses TXT "placeholder"', *CHECKS) == ["token-placeholder"]
    assert codes('empty TXT "placeholder"', *CHECKS) == []


def test_a_record_of_a_protocol_is_said_once_where_its_own_check_speaks() -> None:
    assert found('_dmarc TXT "TXT v=DMARC1; p=none"') == [(1, "dmarc-version")]
    assert found('@ TXT "TXT v=DMARC1; p=none"') == [(1, "text-pasted")]


def test_a_token_that_stands_twice_but_for_blanks_is_found() -> None:
    twice = f'@ TXT "{GOOGLE}"\n@ TXT "{GOOGLE} "'
    assert codes(twice, *CHECKS) == ["text-pasted", "token-twice"]
    assert codes(f'@ TXT "{GOOGLE}"\n@ TXT "{GOOGLE[:-1]}_"', *CHECKS) == []
    assert codes('@ TXT "a b"\n@ TXT "ab"', *CHECKS) == []


def test_a_finding_is_short_and_shows_no_control_character() -> None:
    (finding,) = judged(f"@ TXT {quote(GOOGLE)} {quote('x' * 3_000)}", *CHECKS)
    assert len(finding.summary) < 200
    (finding,) = judged(f'@ TXT "{GOOGLE}\\027[2J"', *CHECKS)
    assert finding.summary.isprintable()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
@pytest.mark.parametrize("name", ["@", "_dmarc", "s._domainkey", "_mta-sts", "_smtp._tls", "default._bimi"])
def test_no_text_takes_longer_than_its_length_allows(name: str, text: str) -> None:
    """CPU time, far above what linear reading takes and far below what backtracking would."""
    started = time.process_time()
    found(f"{name} TXT {quote(text)}")
    assert time.process_time() - started < 5


def test_the_value_of_a_caa_is_read_in_linear_time() -> None:
    started = time.process_time()
    found(f'@ CAA 0 issue "ca.example{";a=   " * 600}!\\195"')
    assert time.process_time() - started < 5


def test_every_rule_about_texts_says_why_and_how_to_mend_it() -> None:
    prefixes = (
        "spf-",
        "dmarc-",
        "dkim-",
        "mta-sts-",
        "tls-rpt-",
        "bimi-",
        "caa-",
        "text-",
        "token-",
        "large-answer",
    )
    rules = [rule for rule in RULES if rule.code.startswith(prefixes)]
    assert len(rules) > 35
    assert all(rule.why and rule.mend for rule in rules)


def test_the_later_of_two_alike_is_pointed_at_wherever_it_sorts() -> None:
    found_twice = judged(f'@ TXT "{GOOGLE}"\n@ TXT "{GOOGLE} "', tokens.CHECK)
    assert [(each.code, each.span and each.span.first_line) for each in found_twice] == [("token-twice", 3)]
