"""`psfdns sandbox`: served as a process of its own, and forgotten."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from psfdns.cli.main import run
from psfdns.lookup.answer import Answer, Question
from psfdns.lookup.ask import ask
from psfdns.lookup.server import Server
from psfdns.sandbox.sandbox import Sandbox


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "psfdns.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def state(repository: Path) -> Path:
    return repository / ".psfdns" / "sandbox"


def make_zone(client: Any, name: str) -> str:
    return str(client.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Name"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_listens_and_stops_with_its_state_saved(
    repository: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from psfdns.cli.main import main; main()", "sandbox", "serve"],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout is not None
        line = served.stdout.readline()
        match = re.fullmatch(r"AWS_ENDPOINT_URL=(http://127\.0\.0\.1:\d+)\n", line)
        assert match
        client = botocore.session.Session().create_client(
            "route53",
            region_name="us-east-1",
            endpoint_url=match[1],
            aws_access_key_id="x",
            aws_secret_access_key="x",  # noqa: S106 - nobody's
        )
        make_zone(client, "z.test")
        served.send_signal(number)
        out, err = served.communicate(timeout=20)

    assert (served.returncode, out, err) == (0, "", "")
    zones = Sandbox(state(repository)).client().list_hosted_zones()["HostedZones"]
    assert [zone["Name"] for zone in zones] == ["z.test."]


def test_a_port_that_is_taken_is_an_error_and_not_a_traceback(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run(["sandbox", "serve", "--port", port]) == 1

    error = capsys.readouterr().err
    assert error.startswith(f"error: cannot listen on 127.0.0.1 port {port}: ")
    assert "\nhint: choose another --port\n" in error
    assert not state(repository).exists()


def test_a_port_that_is_none_is_wrong_usage(repository: Path) -> None:
    assert run(["sandbox", "serve", "--port", "65536"]) == 64
    assert list(repository.iterdir()) == [repository / "psfdns.toml"]


def test_reset_forgets_with_yes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client = Sandbox(state(repository)).client()
    make_zone(client, "z.test")

    assert run(["sandbox", "reset", "--yes"]) == 0

    assert capsys.readouterr() == ("", "forgotten: 1 hosted zones\n")
    assert client.list_hosted_zones()["HostedZones"] == []


def test_reset_without_a_terminal_keeps_everything(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Sandbox(state(repository)).client()
    make_zone(client, "z.test")
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: False)
    monkeypatch.setenv("PSFDNS_YES", "1")

    assert run(["sandbox", "reset"]) == 1

    assert "hint: say --yes" in capsys.readouterr().err
    assert len(client.list_hosted_zones()["HostedZones"]) == 1


@pytest.mark.parametrize(("answer", "code", "left"), [(True, 0, 0), (False, 1, 1)])
def test_reset_asks(
    repository: Path, monkeypatch: pytest.MonkeyPatch, *, answer: bool, code: int, left: int
) -> None:
    import click

    def confirm(text: str, **_: object) -> bool:
        assert str(state(repository)) in text
        if not answer:
            raise click.Abort
        return True

    client = Sandbox(state(repository)).client()
    make_zone(client, "z.test")
    monkeypatch.setattr("psfdns.cli.wiring.is_interactive", lambda: True)
    monkeypatch.setattr(click, "confirm", confirm)

    assert run(["sandbox", "reset"]) == code
    assert len(client.list_hosted_zones()["HostedZones"]) == left


@pytest.mark.usefixtures("repository")
def test_reset_of_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sandbox", "reset"]) == 0
    assert capsys.readouterr().err == "the sandbox is empty\n"


@pytest.mark.parametrize("command", ["serve", "reset"])
def test_without_a_repository_there_is_no_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["sandbox", command]) == 1
    assert "no psfdns.toml" in capsys.readouterr().err


def test_help_needs_no_moto(repository: Path) -> None:
    code = (
        "import sys; from psfdns.cli.main import run; run(['sandbox', 'serve', '--help']);"
        "sys.exit(any(name in sys.modules for name in ('moto', 'boto3', 'botocore')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, env=dict(os.environ), capture_output=True, check=False
    )
    assert done.returncode == 0
    assert b"--port" in done.stdout


def test_serve_answers_dns_where_it_is_asked_to(repository: Path) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from psfdns.cli.main import main; main()",
            "sandbox",
            "serve",
            "--dns-port",
            "0",
        ],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as served:
        assert served.stdout is not None
        assert served.stdout.readline().startswith("AWS_ENDPOINT_URL=http://127.0.0.1:")
        match = re.fullmatch(r"DNS=127\.0\.0\.1:(\d+)\n", served.stdout.readline())
        assert match
        make_zone(Sandbox(state(repository)).client(), "z.test")
        asked = ask(Server("127.0.0.1", int(match[1])), Question("z.test.", "SOA"))
        served.send_signal(signal.SIGTERM)
        out, err = served.communicate(timeout=20)

    assert isinstance(asked, Answer)
    assert asked.authoritative
    assert (served.returncode, out, err) == (0, "", "")
