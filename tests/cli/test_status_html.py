"""`psfdns status --html` as a whole: files, Gandi, a signed internet, and pages made of what they say."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.clocks import set_clock
from tests.cli.registry import Registry, in_days
from tests.dnssec.cases import CASES
from tests.dnssec.internet import RESOLVER, ROOT, Internet, internet


@pytest.fixture(scope="module")
def net() -> Iterator[Internet]:
    with internet([case for case in CASES if case.zone in {"csk.lab.", "expired.lab."}]) as made:
        yield made


@pytest.fixture
def signed(registry: Registry, net: Internet, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Two zones of a signed internet, one of which is bogus, a private one, and a domain at Gandi."""
    for zone in ("csk.lab", "expired.lab"):
        registry.claim("one", zone, 'registrar = "none"', "dnssec = true")
        (registry.root / "zones" / "one" / f"{zone}.zone").write_text("$TTL 300\n@ TXT x\n")
    registry.claim("two", "corp.example", 'private = ["us-east-1:vpc-0123"]')
    registry.claim("two", "theirs.test", 'registrar = "gandi"')
    registry.gandi.add("theirs.test", in_days(12))
    (registry.root / "anchor").write_text("".join(f". DS {each}\n" for each in net.anchors))
    registry.configure(
        f'[resolver]\nroot_hints = ["{ROOT}"]\nservers = ["{RESOLVER}:{net.port}"]\nport = {net.port}',
        'trust_anchor = "anchor"',
    )
    set_clock(monkeypatch, lambda: datetime.datetime.now(tz=datetime.UTC))
    return registry


def test_the_site_shows_what_the_lines_say_with_the_chain_of_each_zone(
    signed: Registry, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    code, out, err = signed.run("status", "--html", str(site), sandbox=True)
    assert (code, err) == (2, "")
    assert "expired.lab." in out
    made = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    zones = {f"zones/{name}.html" for name in ("csk.lab", "expired.lab", "corp.example", "theirs.test")}
    assert made == {"index.html", "codes.html", "tenants/one.html", "tenants/two.html", *zones}
    bogus = (site / "zones" / "expired.lab.html").read_text(encoding="utf-8")
    assert '<h1 class="domain-name">expired.lab</h1>' in bogus
    assert '<svg class="chain"' in bogus
    assert "bogus" in bogus
    # What is found leads to the very sentences of docs/dnssec.md and docs/checks.md.
    codes = (site / "codes.html").read_text(encoding="utf-8")
    led = set(re.findall(r'href="\.\./codes\.html#([^"]+)"', bogus))
    assert "SIGNATURE_EXPIRED" in led or len(led) > 1
    assert led <= set(re.findall(r'<article class="finding s-[a-z]+" id="([^"]+)"', codes))
    assert '<svg class="chain"' not in (site / "zones" / "corp.example.html").read_text(encoding="utf-8")
    overview = (site / "index.html").read_text(encoding="utf-8")
    assert "theirs.test" in overview
    assert "http" not in overview.replace("http-equiv", "")

    assert (
        signed.run("status", "--only", "drift", "--tenant", "two", "--html", str(site), sandbox=True)[2] == ""
    )
    left = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    assert left == {
        "index.html",
        "codes.html",
        "tenants/two.html",
        "zones/corp.example.html",
        "zones/theirs.test.html",
    }


def test_a_folder_of_others_is_refused_before_anybody_is_asked(
    signed: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "psfdns.cli.status.gathering.gather", lambda *_, **__: pytest.fail("somebody was asked")
    )
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    code, out, err = signed.run("status", "--html", str(tmp_path / "thesis"), sandbox=True)
    assert (code, out) == (1, "")
    assert "is not empty, and psfdns did not make what is in it\nhint: name a folder" in err
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]


def test_the_document_goes_to_stdout_and_the_site_to_its_folder(signed: Registry, tmp_path: Path) -> None:
    words = ("status", "--only", "drift", "--json", "--html", str(tmp_path / "site"))
    code, out, err = signed.run(*words, sandbox=True)
    assert (code, err) == (2, "")
    assert out.startswith("{")
    assert (tmp_path / "site" / "index.html").is_file()


def test_templates_are_in_the_wheel(tmp_path: Path, repository_root: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=repository_root, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(built) as wheel:
        packed = {Path(name).name for name in wheel.namelist() if "/status/site/templates/" in name}
    templates = repository_root / "src" / "psfdns" / "cli" / "status" / "site" / "templates"
    assert packed == {each.name for each in templates.iterdir()} >= {"page.html", "style.css", "timeline.svg"}


def test_pages_are_what_jinja_is_imported_for(repository_root: Path) -> None:
    script = (
        "import sys; from psfdns.cli.main import run\n"
        "run(['status', '--help']); print('jinja2' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.splitlines()[-1] == "False"
