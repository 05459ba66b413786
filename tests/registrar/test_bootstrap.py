"""Which RDAP server knows of a name."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from psfdns.errors import PsfdnsError
from psfdns.registrar.bootstrap import OVERRIDES, Bootstrap, bundled, read_bootstrap
from psfdns.registrar.cache import Cache
from psfdns.registrar.find_bootstrap import IANA, find_bootstrap
from psfdns.registrar.https import Answered, Bounds, Reply, Request, Silence
from psfdns.urls import read_url

NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("python.org.", "https://org.test/"),
        ("a.co.test.", "https://co.test/"),
        ("co.test.", "https://co.test/"),
        ("b.test.", "https://test.test/"),
        ("a.net.", None),
        ("torg.", None),
    ],
)
def test_the_longest_suffix_of_whole_labels_counts(name: str, server: str | None) -> None:
    servers = {"org": "https://org.test/", "co.test": "https://co.test/", "test": "https://test.test/"}
    assert Bootstrap(servers).find(name) == server


def test_ianas_document_is_read_with_https_first_and_a_slash_at_the_end() -> None:
    services = [
        [["ORG", "net."], ["http://plain.test/", "https://good.test/rdap"]],
        [["kg"], ["http://plain.test/"]],
        [["here"], ["http://127.0.0.1:8080/rdap/"]],
        [["odd"], ["ftp://x/", 7]],
    ]
    assert read_bootstrap({"services": services}).servers == {
        "org": "https://good.test/rdap/",
        "net": "https://good.test/rdap/",
        "here": "http://127.0.0.1:8080/rdap/",
    }


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"services": {}},
        {"services": [["org"]]},
        {"services": [[["org"], "url"]]},
        {"services": [[[str(number) for number in range(20_001)], ["https://a.test/"]]]},
    ],
)
def test_what_is_no_such_document_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"it has|pair of lists"):
        read_bootstrap(document)


def test_the_bundled_list_knows_the_usual_names_by_https_and_overrides_fill_its_gaps() -> None:
    found = bundled()
    assert len(found.servers) > 1_100
    assert all((read_url(url) or "") and url.startswith("https://") for url in found.servers.values())
    assert all(url.endswith("/") for url in (*found.servers.values(), *OVERRIDES.values()))
    assert found.find("python.org.") == "https://rdap.publicinterestregistry.org/rdap/"
    assert found.find("pypi.io.") is None
    assert found.with_overrides().find("pypi.io.") == "https://rdap.identitydigital.services/rdap/"
    assert Bootstrap({"de": "https://iana.test/"}).with_overrides().find("a.de.") == "https://iana.test/"


class Web:
    """Answers the same to all, and counts."""

    def __init__(self, answered: Answered) -> None:
        self.answered = answered
        self.urls: list[str] = []

    def __call__(self, request: Request, bounds: Bounds) -> Answered:
        assert bounds.octets <= 4 << 20
        self.urls.append(request.url)
        return self.answered


def document(suffix: str) -> Reply:
    return Reply(200, {}, json.dumps({"services": [[[suffix], ["https://a.test/"]]]}).encode())


def find(wanted: str | Path | None, folder: Path, web: Web, days: float = 0) -> Bootstrap:
    return find_bootstrap(wanted, Cache(folder), now=NOW + datetime.timedelta(days=days), ask=web)


def test_ianas_list_is_fetched_once_a_week_and_kept(tmp_path: Path) -> None:
    web = Web(document("aaa"))
    assert find(None, tmp_path, web).find("x.aaa.") == "https://a.test/"
    assert find(None, tmp_path, web).find("x.de.") == OVERRIDES["de"]
    assert find(None, tmp_path, web, days=6.9).find("x.aaa.") == "https://a.test/"
    assert web.urls == [IANA]
    find(None, tmp_path, web, days=7)
    assert web.urls == [IANA] * 2


def test_a_clock_that_was_ahead_keeps_no_list_for_years(tmp_path: Path) -> None:
    find(None, tmp_path, Web(document("aaa")), days=800)
    assert find(None, tmp_path, Web(document("bbb"))).find("x.bbb.") == "https://a.test/"
    find(None, tmp_path / "other", Web(Reply(500, {}, b"")), days=800)
    assert find(None, tmp_path / "other", Web(document("ccc"))).find("x.ccc.") == "https://a.test/"


@pytest.mark.parametrize(
    "answered", [Silence("is away", sent=False), Reply(500, {}, b""), Reply(200, {}, b"<")]
)
def test_where_iana_cannot_be_had_the_bundled_or_the_kept_list_stands_in(
    tmp_path: Path, answered: Answered
) -> None:
    away = Web(answered)
    assert find(None, tmp_path, away).find("python.org.") == bundled().find("python.org.")
    find(None, tmp_path, away)
    assert len(away.urls) == 1, "not twice within the hour"
    find(None, tmp_path, Web(document("aaa")), days=1)
    assert find(None, tmp_path, away, days=30).find("x.aaa.") == "https://a.test/"


def test_a_list_of_ones_own_switches_overrides_off_and_is_missed_in_words(tmp_path: Path) -> None:
    own = "https://own.test/dns.json"
    found = find(own, tmp_path, Web(document("aaa")))
    assert (found.find("x.aaa."), found.find("x.de.")) == ("https://a.test/", None)
    other = find("https://other.test/", tmp_path, Web(Silence("is away", sent=False)))
    assert other.servers == {}
    assert other.why == "the list of RDAP servers at https://other.test/ cannot be had"
    assert find("https://other.test/", tmp_path, Web(document("bbb"))).find("x.bbb.") == "https://a.test/"


def test_a_file_is_read_each_time_and_said_where_it_cannot_be(tmp_path: Path) -> None:
    path, web = tmp_path / "dns.json", Web(document("aaa"))
    path.write_bytes(document("file").body)
    assert find(path, tmp_path / "cache", web).servers == {"file": "https://a.test/"}
    assert web.urls == []
    for text in ("{}", "<html>", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(PsfdnsError, match=r"dns.json: cannot be used"):
            find(path, tmp_path / "cache", web)
    path.unlink()
    with pytest.raises(PsfdnsError, match="No such file"):
        find(path, tmp_path / "cache", web)
