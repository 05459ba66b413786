"""What an entry's comments say: attributes of the AWS notation, and psfdns marks. Pure."""

from __future__ import annotations

import re

from psfdns.diagnostics import Span, Suppression
from psfdns.zonefile.aws import AwsAttributes, AwsSyntaxError, parse_comment
from psfdns.zonefile.lines import Comment, Entry
from psfdns.zonefile.rules.records import AWS_SYNTAX, BAD_MARK
from psfdns.zonefile.state import State

_AWS = re.compile(r"\s*aws(?!\S)", re.IGNORECASE)
_AWS_EXTENT = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*+"|"(?=[^"]*+$))*+', re.DOTALL)
_MARK = re.compile(r"psfdns\s*:(.*)", re.IGNORECASE | re.DOTALL)
_IGNORE = re.compile(r"\s*ignore\s*=\s*([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)\s*")


def read_attributes(state: State, entry: Entry, span: Span) -> AwsAttributes:
    """The AWS attributes in the entry's comments; more than one comment of them is an error.

    Raises RefusedError.
    """
    found = [(aws, comment) for comment in entry.comments if (aws := _split_comment(comment.text)[0])]
    if not found:
        return AwsAttributes()
    aws, comment = found[-1]
    at = Span(span.path, comment.line, comment.line)
    if len(found) > 1:
        raise state.findings.refuse(AWS_SYNTAX, at, "the record has two AWS comments", "write them as one")
    words = aws.strip()
    if not words.startswith("AWS"):
        raise state.findings.refuse(
            AWS_SYNTAX, at, f'"{words[:3]}" begins an AWS comment', "write AWS in capitals"
        )
    try:
        return parse_comment(words[3:])
    except AwsSyntaxError as error:
        raise state.findings.refuse(AWS_SYNTAX, at, error.summary, error.hint) from error


def note_marks(state: State, entry: Entry, span: Span) -> None:
    """Add what the entry's marks silence to `state`; one that is none is a finding."""
    for comment in entry.comments:
        mark = _MARK.search(_split_comment(comment.text)[1])
        if mark is not None:
            _read_mark(state, mark[1], comment, span)


def _read_mark(state: State, text: str, comment: Comment, span: Span) -> None:
    match = _IGNORE.fullmatch(text)
    if match is None:
        at = Span(span.path, comment.line, comment.line)
        state.findings.say(BAD_MARK, at, "a psfdns mark that is none")
        return
    state.suppressions.append(Suppression(tuple(re.split(r"\s*,\s*", match[1])), span))


def _split_comment(text: str) -> tuple[str, str]:
    """(what may be AWS attributes, the rest): an AWS comment ends at the next semicolon outside quotes."""
    if not _AWS.match(text):
        return "", text
    extent = _AWS_EXTENT.match(text)
    end = extent.end() if extent else len(text)
    return text[:end], text[end + 1 :]
