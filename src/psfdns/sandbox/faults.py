"""What the sandbox answers when it refuses: Route 53's error codes as one exception. Pure."""

from __future__ import annotations

from collections.abc import Sequence


class ApiError(Exception):
    """A refusal with Route 53's code and wording; the wire turns it into the service's error document.

    `status` None takes the HTTP status that the service model states for the code, else 400.
    """

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def invalid_input(message: str) -> ApiError:
    """The request itself is not well formed."""
    return ApiError("InvalidInput", message)


def invalid_batch(messages: Sequence[str]) -> ApiError:
    """The batch is refused as a whole; every reason stands in one message, in brackets."""
    return ApiError("InvalidChangeBatch", f"[{', '.join(messages)}]")


class SpellingError(ValueError):
    """A name or a value that Route 53 would not take, in the words of its parser."""

    def __init__(self, code: str, words: str, found: str) -> None:
        super().__init__(f"FATAL problem: {code} ({words}) encountered with '{found}'")
