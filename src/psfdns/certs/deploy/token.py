"""A target's token: in a file for its owner alone, else in a variable of the environment."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from psfdns.certs.settings import DeployTarget
from psfdns.errors import DeployError

_MAX_BYTES = 4096


def read_token(target: DeployTarget, environment: Mapping[str, str]) -> str:
    """The token; raises DeployError, in which it does not stand."""
    path = target.token_file
    if path is None:
        text, where = environment.get(target.token_env, ""), target.token_env
    else:
        text, where = _read(path), str(path)
    token = text.strip()
    if not token:
        hint = "put the token there, or say where it is: token_file, token_env"
        raise DeployError(f"{where} holds no token", hint=hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise DeployError(f"{where} holds characters that no token has", hint="it holds the token alone")
    return token


def _read(path: Path) -> str:
    try:
        # A pipe that nobody writes to is not waited for.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > _MAX_BYTES:
                raise DeployError(f"{path} is no file that holds a token")
            if about.st_mode & 0o077:
                raise DeployError(f"{path}: others may read the token", hint=f"chmod 600 {path}")
            return file.read(_MAX_BYTES).decode("ascii", "replace")
    except OSError as error:
        raise DeployError(f"{path}: cannot be read: {error.strerror or error}") from error
