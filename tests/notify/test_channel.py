"""Channels: which URLs may be used, and that nothing of them is told."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from psfdns.errors import NotifyError
from psfdns.notify.channel import (
    Channel,
    Incident,
    keeps_incidents,
    make_channels,
    name_channel,
    post,
    read_url,
)
from tests.outbox import free_port, receiving_posts

ENVIRONMENT = {"URL": "slack://TokenA/TokenB", "PASSWORD": "p@ss/word ", "EMPTY": ""}


def test_the_environment_fills_in_whole_urls_and_parts_of_them() -> None:
    urls = ["$URL", "${URL}", "mailtos://me:$PASSWORD@mail.example.org?from=a@b.example", "json://h/x"]
    found = make_channels("staff", urls, None, ENVIRONMENT)
    assert [channel.url for channel in found] == [
        "slack://TokenA/TokenB",
        "slack://TokenA/TokenB",
        "mailtos://me:p%40ss%2Fword%20@mail.example.org?from=a@b.example",
        "json://h/x",
    ]
    assert [channel.name for channel in found] == [
        "[notify] staff 1 (slack)",
        "[notify] staff 2 (slack)",
        "[notify] staff 3 (mailtos)",
        "[notify] staff 4 (json)",
    ]
    assert "Token" not in repr(found)


@pytest.mark.parametrize("name", ["ABSENT", "EMPTY"])
def test_a_variable_that_is_not_set_is_named(name: str) -> None:
    with pytest.raises(NotifyError, match=f"the environment has no {name}"):
        make_channels("mail", [f"${name}"], None, ENVIRONMENT)


@pytest.mark.parametrize("url", ["$SECRET", "mailtos://me:${SECRET}@mail.example.org"])
def test_a_variable_that_is_no_text_is_named_and_not_shown(url: str) -> None:
    assert make_channels("mail", [url], None, {"SECRET": "hush-\u00e9"})
    with pytest.raises(NotifyError, match="SECRET of the environment is not UTF-8") as caught:
        make_channels("mail", [url], None, {"SECRET": "hush-\udcff"})
    assert "hush" not in str(caught.value)


def test_a_file_holds_urls_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "urls"
    file.write_text("# of the team\n\njson://127.0.0.1/a$b\n  json://127.0.0.1/c\n")
    assert [one.url for one in make_channels("page", ["$URL"], file, ENVIRONMENT)] == [
        "slack://TokenA/TokenB",
        "json://127.0.0.1/a$b",
        "json://127.0.0.1/c",
    ]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), (b"\xff", "UTF-8"), (b"#\n", "no URL")]
)
def test_a_file_that_holds_none_is_an_error(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "urls"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NotifyError, match=said):
        make_channels("mail", [], file, {})


USABLE = [
    "mailto://127.0.0.1:25?from=a@b.example",
    "mailto://[::1]:25?from=a@b.example",
    "mailto://localhost?from=a@b.example",
    "mailtos://mail.example.org?from=a@b.example",
    "mailtos://mail.example.org?from=a@b.example&mode=ssl",
    "mailto://mail.example.org?from=a@b.example&mode=starttls",
    "json://127.0.0.1/x",
    "jsons://hooks.example.org/x",
    "jsons://localhost/x?verify=no",
    "syslog://daemon",
]
UNSAFE = [
    "mailto://mail.example.org?from=a@b.example",
    "mailtos://mail.example.org?from=a@b.example&mode=insecure",
    "mailtos://mail.example.org?from=a@b.example&verify=no",
    "mailto://127.0.0.1?from=a@b.example&smtp=mail.example.org",
    "json://hooks.example.org/x",
    "json://localhost.example.org/x",
    "jsons://hooks.example.org/x?verify=no",
]


@pytest.mark.parametrize("url", USABLE)
def test_what_is_encrypted_or_stays_here_is_used(url: str) -> None:
    assert read_url(Channel("it", url)) is not None


@pytest.mark.parametrize("url", UNSAFE)
def test_nothing_leaves_in_the_clear(url: str) -> None:
    with pytest.raises(NotifyError, match="only loopback is reached without encryption") as caught:
        read_url(Channel("it", url))
    assert "example.org" not in str(caught.value)


@pytest.mark.parametrize("url", ["nosuch://secret", "mailto://127.0.0.1", "slack://secret", "json://"])
def test_what_apprise_cannot_read_is_not_repeated(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotifyError, match="apprise cannot read it") as caught:
        read_url(Channel("it", url))
    assert "secret" not in str(caught.value) + str(caught.value.hint)
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


def test_a_post_that_fails_says_the_status_and_nothing_else(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="apprise")
    with receiving_posts() as hook:
        hook.status = 403
        with pytest.raises(NotifyError) as caught:
            post(Channel("it", hook.url), subject="s", body="b")
    assert str(caught.value) == "it: send a message: it answered 403"
    with pytest.raises(NotifyError) as caught:
        post(Channel("it", f"json://127.0.0.1:{free_port()}/a-secret-token"), subject="s", body="b")
    assert str(caught.value) == "it: send a message: it cannot be reached, or took no message"
    assert "apprise" not in {record.name for record in caplog.records}
    assert "a-secret-token" not in "".join(capfd.readouterr())


def test_a_name_shows_the_scheme_alone() -> None:
    assert name_channel("mail", "mailtos://user:pass@host") == "[notify] mail (mailtos)"
    assert name_channel("mail", "not a url") == "[notify] mail"


KEEPERS = {
    "pagerduty://integration@api": True,
    "pagerduty://integration@api?dedup=mine&action=trigger": True,
    "squadcast://us/0123456789abcdef0123456789abcdef01234567": True,
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#dns": False,
    "json://127.0.0.1": False,
}


@pytest.mark.parametrize("url", KEEPERS)
def test_some_services_keep_incidents(url: str) -> None:
    assert keeps_incidents(Channel("page", url)) is KEEPERS[url]


@pytest.mark.parametrize(("resolved", "kind"), [(False, "failure"), (True, "success")])
def test_a_service_without_incidents_gets_the_words_and_their_kind(*, resolved: bool, kind: str) -> None:
    with receiving_posts() as hook:
        incident = Incident("psfdns/domain/a.example", resolved=resolved)
        post(Channel("page", hook.url), subject="S", body="B", incident=incident)
        post(Channel("page", hook.url), subject="S", body="B")
    assert [each["type"] for each in hook.posts] == [kind, "info"]
