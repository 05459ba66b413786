"""The site's folder: what is put in it, what is taken away, and what is never touched."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psfdns.cli.status.site.publish import MANIFEST, STAGE, refuse_folder, store_site
from psfdns.errors import PsfdnsError

ONE = {
    "index.html": b"one",
    "icon.svg": b"i",
    "zones/a.html": b"a",
    "zones/b.html": b"b",
    "tenants/t.html": b"t",
}
TWO = {"index.html": b"two", "icon.svg": b"i", "zones/b.html": b"b2", "zones/c@v.html": b"c"}


def held(folder: Path) -> dict[str, bytes]:
    """Everything in the folder but the manifest."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files.pop(MANIFEST, None)
    return files


def unmeasured() -> dict[str, str]:
    """For a process that is killed, or may not write: who measures coverage would have half a file of it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def listed(folder: Path) -> set[str]:
    return set(json.loads((folder / MANIFEST).read_text())["files"])


def test_a_site_is_made_and_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    store_site(folder, ONE)
    assert held(folder) == ONE
    store_site(folder, TWO)
    assert held(folder) == TWO
    assert listed(folder) == set(TWO)
    assert sorted(path.name for path in folder.iterdir()) == ["icon.svg", "index.html", MANIFEST, "zones"]


def test_everybody_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        store_site(tmp_path / "site", ONE)
    finally:
        os.umask(before)
    modes = {
        path: path.stat().st_mode & 0o777 for path in [tmp_path / "site", *(tmp_path / "site").rglob("*")]
    }
    assert {modes[path] for path in modes if path.is_dir()} == {0o755}
    assert {modes[path] for path in modes if path.is_file()} == {0o644}


def test_what_others_put_beside_it_stays(tmp_path: Path) -> None:
    store_site(tmp_path / "site", ONE)
    (tmp_path / "site" / "robots.txt").write_text("theirs")
    (tmp_path / "site" / "zones" / "note.txt").write_text("theirs")
    store_site(tmp_path / "site", {"index.html": b"three"})
    assert held(tmp_path / "site") == {
        "index.html": b"three",
        "robots.txt": b"theirs",
        "zones/note.txt": b"theirs",
    }


def put_file(folder: Path) -> None:
    (folder / "thesis.txt").write_text("mine")


def put_manifest(text: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        (folder / MANIFEST).write_text(text)

    return put


def put_theirs(folder: Path) -> None:
    store_site(folder, ONE)
    (folder / "zones" / "c@v.html").write_text("theirs")


def put_link(folder: Path) -> None:
    store_site(folder, {"index.html": b"one"})
    (folder.parent / "elsewhere").mkdir()
    (folder / "zones").symlink_to(folder.parent / "elsewhere")


def put_pipe(folder: Path) -> None:
    os.mkfifo(folder / MANIFEST)


@pytest.mark.parametrize(
    ("put", "why"),
    [
        (put_file, "is not empty, and psfdns did not make what is in it"),
        (put_manifest("no JSON"), "is no list of the files that psfdns made"),
        (put_manifest('{"format": "psfdns-site/2", "files": []}'), "is no list"),
        (put_manifest('{"format": "psfdns-site/1", "files": ["../thesis.txt"]}'), "is no list"),
        (put_manifest('{"format": "psfdns-site/1", "files": ["/etc/passwd"]}'), "is no list"),
        (put_manifest('{"format": "psfdns-site/1", "files": [".git"]}'), "is no list"),
        (put_manifest('{"format": "psfdns-site/1", "files": ["zones/../../x"]}'), "is no list"),
        (put_manifest('{"format": "psfdns-site/1", "files": {}}'), "is no list"),
        (put_manifest("[]"), "is no list"),
        (put_theirs, "zones/c@v.html is there, and psfdns did not make it"),
        (put_link, "zones is a link"),
        (put_pipe, "not a regular file"),
    ],
)
def test_what_psfdns_did_not_make_is_refused_and_stays(
    tmp_path: Path, put: Callable[[Path], None], why: str
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    put(folder)
    before = held(folder)
    with pytest.raises(PsfdnsError, match=why):
        store_site(folder, TWO)
    assert held(folder) == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    for store in (refuse_folder, lambda folder: store_site(folder, ONE)):
        with pytest.raises(PsfdnsError, match="site could not be written"):
            store(tmp_path / "site")
    assert (tmp_path / "site").read_text() == "mine"


def test_it_is_refused_before_anybody_is_asked_and_where_there_is_nothing_it_is_not(tmp_path: Path) -> None:
    refuse_folder(tmp_path / "new")
    refuse_folder(tmp_path)
    store_site(tmp_path / "site", ONE)
    refuse_folder(tmp_path / "site")
    put_file(tmp_path)
    with pytest.raises(PsfdnsError, match="is not empty"):
        refuse_folder(tmp_path)
    assert not (tmp_path / "new").exists()


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    store_site(tmp_path, ONE)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(PsfdnsError, match="another psfdns is writing"):
        store_site(tmp_path, TWO)
    os.close(descriptor)
    assert held(tmp_path) == ONE
    store_site(tmp_path, TWO)


def test_a_disk_that_is_full_leaves_the_old_site_whole(tmp_path: Path) -> None:
    """The process may write no file above 1,000 bytes: its answer is a full disk's, at the last page."""
    store_site(tmp_path / "site", ONE)
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from psfdns.cli.status.site.publish import store_site; from psfdns.errors import PsfdnsError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "pages = {'index.html': b'two', 'zones/b.html': b'b2', 'zones/z.html': b'z' * 9000}\n"
        "try: store_site(Path(sys.argv[1]), pages)\n"
        "except PsfdnsError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "site")],
        capture_output=True,
        text=True,
        check=True,
        env=unmeasured(),
    )
    assert "could not be written: File too large" in done.stdout
    assert held(tmp_path / "site") == ONE
    assert not (tmp_path / "site" / STAGE).exists()


@pytest.mark.parametrize("moves", range(8))
def test_whoever_kills_it_finds_whole_pages_and_the_next_run_tidies_up(tmp_path: Path, moves: int) -> None:
    """It is killed after so many files have taken their place; then another run comes."""
    store_site(tmp_path, ONE)
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from psfdns.cli.status.site.publish import store_site\n"
        f"left, replace = [{moves}], Path.replace\n"
        "def counted(path, target):\n"
        "    if not left[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    left[0] -= 1\n"
        "    return replace(path, target)\n"
        "Path.replace = counted\n"
        f"store_site(Path(sys.argv[1]), {TWO!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, env=unmeasured())
    assert done.returncode == (-signal.SIGKILL if moves < 6 else 0)
    between = {name: content for name, content in held(tmp_path).items() if not name.startswith(STAGE)}
    assert all(content in {ONE.get(name), TWO.get(name)} for name, content in between.items())
    assert set(between) <= listed(tmp_path)
    if between["index.html"] == b"two":
        assert between.keys() >= TWO.keys()
    store_site(tmp_path, TWO)
    assert held(tmp_path) == TWO


def test_pages_take_their_place_before_the_overview_that_leads_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []
    replace = Path.replace

    def noted(path: Path, target: Path) -> Path:
        moved.append(target.name)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noted)
    store_site(tmp_path, ONE)
    assert moved[0] == moved[-1] == MANIFEST
    assert moved[-2] == "index.html"
