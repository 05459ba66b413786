"""Which names people take for one another: a coarse skeleton in the manner of UTS #39 §4. Pure.

It need not know every look-alike of Unicode: zones are A-labels and tenants' folders ASCII, so other
scripts come in only through `xn--`, and each pull request is read by a person too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

_LETTERS = str.maketrans(
    {
        # digits and letters of ASCII
        "0": "o",
        "1": "l",
        "i": "l",
        "5": "s",
        "-": None,
        "_": None,
        # Cyrillic and Greek letters that look like Latin ones (Unicode confusables.txt)
        **dict(zip("аеорсухіјѕԁԛԝһкмтвнԍ", "aeopcyxljsdqwhkmtbhg", strict=True)),
        **dict(zip("αονρικτυχωεη", "aovplktuxwen", strict=True)),
        "ı": "l",
        "ɡ": "g",
        "ɑ": "a",
        "ß": "b",
    }
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(name: str) -> str:
    """What a hasty reader sees; two names with one skeleton are taken for one another.

    `name` is a tenant's folder or a canonical zone name; accents do not count, dots do.
    """
    labels = (_unicode(label) for label in name.lower().split("."))
    return ".".join(map(_fold, labels))


def index_by_skeleton(names: Iterable[str]) -> Mapping[str, str]:
    """Skeleton -> the first name that has it."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(skeleton(name), name)
    return found


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (ValueError, OverflowError):
        return label


def _fold(label: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    text = plain.lower().translate(_LETTERS)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text
