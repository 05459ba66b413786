"""Accidents that happened to others and to the PSF, as pull requests against this repository's own zones.

Each is one edit, told at its line; the same edit made well is told nothing of the kind. What of them only
a resolver can see (a site that nobody holds any more) is not here.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from psfdns.cli.main import run
from psfdns.zonefile.parse import parse_zone
from tests.cli.checks import git
from tests.conftest import ROOT

PYTHON = "zones/psf/python.org.zone"
PYPI = "zones/packaging/pypi.org.zone"
JYTHON = "zones/jython/jython.org.zone"
KEY = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4"
REST = (
    "jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNU"
)
END = "YckcQ2QIDAQAB"
CUT = "sub 300 NS ns1.example.net.\nsub 300 NS ns2.example.net.\n"


class Accident(NamedTuple):
    """The zone file; what is replaced (a pattern, or "" for an addition); how it was done, and how well.

    `at` is a pattern of the line that is told. `code` says as what.
    """

    path: str
    replaced: str
    wrong: str
    right: str
    at: str
    code: str


ACCIDENTS: dict[str, Accident] = {
    # python.org, 2014, 2016 and 2017: IPv6 went on to show the old site
    "the site moves, and its AAAA stay": Accident(
        PYTHON,
        r"^@ +IN +A +151\.101\.(?:.*\n@ +IN +A +151)*.*\n",
        "".join(f"@ IN A 185.199.{number}.153\n" for number in range(108, 112)),
        "".join(f"@ IN A 151.101.{number}.223\n" for number in (1, 65, 129, 193)),
        r"^@ +IN +AAAA +2a04:4e42::223",
        "aaaa-elsewhere",
    ),
    # hackedu.us: a key that was too long for one string became several records
    "a DKIM key is split over records": Accident(
        PYPI,
        "",
        f'mail._domainkey TXT "v=DKIM1; k=rsa; p={KEY}"\nmail._domainkey TXT "{REST}"\n'
        f'mail._domainkey TXT "{END}"\n',
        f'mail._domainkey TXT "v=DKIM1; k=rsa; p={KEY}" "{REST}" "{END}"\n',
        r"^mail\._domainkey",
        "dkim-several",
    ),
    # ministryofjustice/dns: live for more than two years
    "DMARC has a slip of the pen": Accident(
        PYTHON,
        r"v=DMARC1; p=none",
        "nv=DMARC1; p=none",
        "v=DMARC1; p=reject",
        r"nv=DMARC1",
        "dmarc-version",
    ),
    # jenkins.io, put right 92 minutes later; ministryofjustice/dns has 490 CNAMEs like that
    "an MX without its final dot": Accident(
        JYTHON,
        "",
        "@ MX 10 mxa.mailgun.org\n",
        "@ MX 10 mxa.mailgun.org.\n",
        r"mxa\.mailgun\.org",
        "missing-final-dot",
    ),
    # jenkins-ci.org.zone, 2015: could not be loaded for seven days
    "a comment of another language": Accident(
        JYTHON, "", "# the wiki moves\n", "; the wiki moves\n", r"^# the wiki", ""
    ),
    "an arrow where a record should be": Accident(
        JYTHON, "", "-> combined\n", "combined CNAME lb.nyc1.psf.io.\n", r"^-> combined", ""
    ),
    # GSA-TTS/dns: seen when it was applied on main
    "a CNAME beside other data": Accident(
        JYTHON,
        "",
        'wiki TXT "google-site-verification=4XmPd0JyZQ5kA3nVb7cTgHs9RwLfUeYoI2xKqNjMzDt"\n',
        'www2 TXT "hello"\n',
        r"^wiki .*TXT|^wiki TXT",
        "cname-and-other-data",
    ),
    # hackclub/dns: what review caught
    "a URL as a target": Accident(
        JYTHON,
        "",
        "new CNAME https://jython.readthedocs.io/\n",
        "new CNAME readthedocs.io.\n",
        r"^new CNAME",
        "",
    ),
    "a placeholder that was left in a target": Accident(
        JYTHON,
        "",
        "new CNAME vercel-dns-016.$com.\n",
        "new CNAME cname.vercel-dns-016.com.\n",
        r"^new CNAME",
        "",
    ),
    # terraform-provider-aws and boto3: found at apply only
    "a text longer than a string may be": Accident(
        JYTHON, "", f'new TXT "{"x" * 256}"\n', f'new TXT "{"x" * 255}" "x"\n', r"^new TXT", ""
    ),
    # ministryofjustice/dns: 39 names below the zone's own delegations
    "a name that a delegation hides": Accident(
        JYTHON,
        "",
        f"{CUT}_abc.www.sub CNAME x.acm-validations.aws.\n",
        f"{CUT}_abc.www CNAME x.acm-validations.aws.\n",
        r"^_abc\.www",
        "below-delegation",
    ),
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This repository's zones, committed."""
    for name in ("zones", "certs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "psfdns.toml", tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "base")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(
    repository: Path, accident: Accident, text: str, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[str, str]]:
    """Code and line of all that the edit brings, but what is merely for information."""
    path = repository / accident.path
    before = path.read_text()
    after = re.sub(accident.replaced, text, before, count=1, flags=re.MULTILINE) if accident.replaced else ""
    after = after or f"{before.rstrip()}\n{text}"
    assert after != before
    path.write_text(after)
    run(["check", "--changed-since", "main", "--actor-tenant", "psf", "--json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    for each in document["findings"]:
        if each["severity"] != "info":
            assert each["path"] == accident.path
            yield each["code"], after.splitlines()[each["line"] - 1]


@pytest.mark.parametrize("case", ACCIDENTS)
def test_it_is_told_at_its_line(case: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accident = ACCIDENTS[case]
    told = list(findings(repository, accident, accident.wrong, capsys))
    assert [line for code, line in told if re.search(accident.at, line) and code.startswith(accident.code)], (
        told
    )


@pytest.mark.parametrize("case", ACCIDENTS)
def test_the_same_made_well_is_told_nothing(
    case: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accident = ACCIDENTS[case]
    assert list(findings(repository, accident, accident.right, capsys)) == []


def test_an_alias_target_without_its_final_dot_means_the_same() -> None:
    """ministryofjustice/dns: main could not be applied for one; here no zone's name is appended to it."""
    line = "new AWS ALIAS A lb-1.us-east-1.elb.amazonaws.com{} Z35SXDOTRQ7X7K false\n"
    one, other = (
        parse_zone(line.format(dot).encode(), origin="jython.org.", path="x.zone") for dot in ("", ".")
    )
    assert one.findings == other.findings == ()
    assert one.zone == other.zone
