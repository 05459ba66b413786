"""Stands for `gh api` in a workflow's scripts: answers from a JSON file that plays GitHub, and writes there.

It refuses what the job's token would not be permitted, and any call that it does not know.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

BOT = "github-actions[bot]"
REPOSITORY = os.environ["GITHUB_REPOSITORY"]
STATE = Path(os.environ["FAKE_GITHUB"])
PERMISSIONS = json.loads(os.environ["FAKE_PERMISSIONS"])


def main(words: list[str]) -> int:
    given = read_words(words)
    assert os.environ.get("GH_TOKEN") == "token of the job"
    fields = dict(map(read_field, [*given.raw_field, *map(read_file, given.field)]))
    state = json.loads(STATE.read_text())
    answer = call(state, given.method or ("POST" if fields else "GET"), given.path, fields)
    STATE.write_text(json.dumps(state, indent=1))
    if given.silent:
        return 0
    query = ["jq", "-r", given.jq or "."]
    return subprocess.run(query, input=json.dumps(answer), text=True, check=False).returncode


def read_words(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("command", choices=["api"])
    parser.add_argument("path")
    for option in ("--method", "--jq"):
        parser.add_argument(option)
    for option in ("--raw-field", "--field"):
        parser.add_argument(option, action="append", default=[])
    for option in ("--silent", "--paginate"):
        parser.add_argument(option, action="store_true")
    return parser.parse_args(words)


def read_field(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def read_file(text: str) -> str:
    """`--field` reads a file where the value begins with @."""
    name, value = read_field(text)
    return f"{name}={Path(value[1:]).read_text()}" if value.startswith("@") else text


def call(state: dict[str, Any], method: str, path: str, fields: dict[str, str]) -> Any:
    prefix = f"repos/{REPOSITORY}/"
    assert path.startswith(prefix), path
    for pattern, (verb, permission, action) in CALLS.items():
        match = re.fullmatch(pattern, path.removeprefix(prefix))
        if match and verb == method:
            scope, level = permission.split(": ")
            granted = PERMISSIONS.get(scope, "none")
            if granted not in {level, "write"}:
                sys.exit(f"gh: Resource not accessible by integration (HTTP 403): {permission}")
            return action(state, *match.groups(), **fields)
    sys.exit(f"gh: Not Found (HTTP 404): {method} {path}")


def list_pulls(known: dict[str, Any], *, state: str, base: str, head: str) -> Any:
    return [
        pull
        for pull in known["pulls"]
        if pull["state"] == state
        and pull["base"]["ref"] == base
        and f"{pull['head']['repo']['full_name'].split('/')[0]}:{pull['head']['ref']}" == head
    ]


def get_pull(known: dict[str, Any], number: str) -> Any:
    return next(pull for pull in known["pulls"] if pull["number"] == int(number))


def pulls_of_commit(known: dict[str, Any], sha: str) -> Any:
    return [pull for pull in known["pulls"] if sha in {pull["merge_commit_sha"], pull["head"]["sha"]}]


def list_comments(known: dict[str, Any], number: str) -> Any:
    return [each for each in known["comments"] if each["number"] == int(number)]


def post_comment(known: dict[str, Any], number: str, *, body: str) -> Any:
    assert len(body) <= 65_536
    comment = {
        "id": 1000 + len(known["comments"]),
        "number": int(number),
        "user": {"login": BOT},
        "body": body,
    }
    known["comments"].append(comment)
    return comment


def edit_comment(known: dict[str, Any], number: str, *, body: str) -> Any:
    assert len(body) <= 65_536
    comment = next(each for each in known["comments"] if each["id"] == int(number))
    comment["body"] = body
    return comment


def set_status(known: dict[str, Any], sha: str, **fields: str) -> Any:
    known["statuses"].append({"sha": sha, **fields})
    return {}


CALLS: dict[str, tuple[str, str, Any]] = {
    "pulls": ("GET", "pull-requests: read", list_pulls),
    r"pulls/(\d+)": ("GET", "pull-requests: read", get_pull),
    r"commits/([0-9a-f]{40})/pulls": ("GET", "pull-requests: read", pulls_of_commit),
    r"issues/(\d+)/comments": ("GET", "pull-requests: read", list_comments),
    r"issues/(\d+)/comments(?:)": ("POST", "pull-requests: write", post_comment),
    r"issues/comments/(\d+)": ("PATCH", "pull-requests: write", edit_comment),
    r"statuses/([0-9a-f]{40})": ("POST", "statuses: write", set_status),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
