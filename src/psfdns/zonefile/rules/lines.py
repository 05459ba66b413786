"""What can be wrong with a zone file as text: characters, lines, directives, sizes. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

TOO_MANY_FINDINGS = Rule(
    "too-many-findings",
    Severity.ERROR,
    "The reader stops at 1,000 findings about one zone.",
    "docs/contract.md §3",
    why=(
        "Thousands of findings mostly follow from one fault, such as a file that is no zone file at "
        "all. What comes behind them is not read."
    ),
    mend="correct these first",
)
ZONE_TOO_LARGE = Rule(
    "zone-too-large",
    Severity.ERROR,
    "The files of a zone have at most 16 MiB together, and `$GENERATE` makes at most four times as much.",
    "docs/contract.md §2",
    why=(
        "Anybody may propose a zone file, so what one of them can cost is bounded. The rest of the "
        "zone is not read."
    ),
    mend="take out what does not belong into the zone, or delegate a part of it",
)
TOO_MANY_RECORDS = Rule(
    "too-many-records",
    Severity.ERROR,
    "A zone has at most 200,000 records, those of includes and of `$GENERATE` counted.",
    "docs/contract.md §2",
    why=(
        "Anybody may propose a zone file, so what one of them can cost is bounded. The rest of the "
        "zone is not read."
    ),
    mend="remove records, or delegate a part of the zone",
)
UNREADABLE = Rule(
    "unreadable",
    Severity.ERROR,
    "A zone file is a plain file that can be read.",
    "docs/contract.md §2",
    why=(
        "A link could lead out of the tenant's folder, so none is followed. Without its file a zone "
        "is not planned."
    ),
    mend="make it a plain file",
)
EMPTY_ZONE = Rule(
    "empty-zone",
    Severity.WARNING,
    "A zone file has records.",
    "docs/contract.md §2",
    why=(
        "What is live and stands in no file is deleted, so an empty file asks for an empty zone. The "
        "guard `zone-emptied` holds apply back."
    ),
    mend="write the zone's records; what is live can be fetched by psfdns import",
)
BYTE_ORDER_MARK = Rule(
    "byte-order-mark",
    Severity.WARNING,
    "A zone file does not begin with a byte-order mark.",
    "docs/contract.md §2",
    why="It cannot be seen. psfdns passes it over, other programs take it for a part of the first name.",
    mend="save it as plain UTF-8",
)
NOT_UTF_8 = Rule(
    "not-utf-8",
    Severity.ERROR,
    "A zone file is UTF-8; other bytes may stand in comments, with a warning.",
    "docs/contract.md §2",
    why=(
        "In any other encoding it is a guess which letter a byte stands for, and names and texts "
        "would be published wrong."
    ),
    mend="save the file as UTF-8",
    milder=Severity.WARNING,
)
CONTROL_CHARACTER = Rule(
    "control-character",
    Severity.ERROR,
    "No control characters stand in a zone file, nor what turns the direction of text; in "
    "comments they are a warning.",
    "RFC 1035 §5.1",
    why=(
        "They cannot be seen, or make a line look like another one, so that a reviewer does not see "
        "what is published."
    ),
    mend="remove it, or write \\DDD",
    milder=Severity.WARNING,
)
INVISIBLE_CHARACTER = Rule(
    "invisible-character",
    Severity.ERROR,
    "Outside of quotes no other blank stands than the plain one and the tab.",
    "RFC 1035 §5.1",
    why=(
        "Text that was copied from a web page or a letter brings such blanks along. They do not part "
        "words, so they become part of a name or a value."
    ),
    mend="write a plain blank, or none",
)
ENTRY_TOO_LONG = Rule(
    "entry-too-long",
    Severity.ERROR,
    "An entry has at most 524,288 characters.",
    "RFC 1035 §3.2.1",
    why=(
        "No record can be that long: its data has at most 65,535 bytes. Most likely a parenthesis was "
        "not closed."
    ),
    mend="close the parenthesis, or shorten the record",
)
UNBALANCED_PARENTHESIS = Rule(
    "unbalanced-parenthesis",
    Severity.ERROR,
    "A parenthesis that is opened is closed before the next record, and none is closed that was not opened.",
    "RFC 1035 §5.1",
    why=(
        "Between parentheses the ends of lines do not count, so one that stays open would swallow the "
        "records behind it."
    ),
    mend="close it where the record ends",
)
UNBALANCED_QUOTE = Rule(
    "unbalanced-quote",
    Severity.ERROR,
    "A quotation mark is closed on its line.",
    "RFC 1035 §5.1",
    why="Otherwise the text would go on to the next quotation mark, wherever that stands.",
    mend="close it on the same line",
)
BAD_ESCAPE = Rule(
    "bad-escape",
    Severity.ERROR,
    "A backslash has a character behind it.",
    "RFC 1035 §5.1",
    why="A backslash takes away the meaning of what follows. It does not join lines; parentheses do.",
    mend="remove it",
)
MERGE_CONFLICT = Rule(
    "merge-conflict",
    Severity.ERROR,
    "No markers of an unresolved merge conflict stand in the file.",
    "RFC 1035 §5.1",
    why="Between the markers stand both versions, and both would be published.",
    mend="resolve it and remove the markers",
)
COMMENT_SIGN = Rule(
    "comment-sign",
    Severity.ERROR,
    "A comment begins with a semicolon.",
    "RFC 1035 §5.1",
    why="`#`, `//` and `--` have no meaning in a zone file, so that the line would be taken for a record.",
    mend="write ; instead",
)
UNKNOWN_DIRECTIVE = Rule(
    "unknown-directive",
    Severity.ERROR,
    "What begins with `$` is `$ORIGIN`, `$TTL`, `$INCLUDE` or `$GENERATE`.",
    "docs/contract.md §2",
    why="A directive may change what all lines below it mean, so none is passed over.",
    mend="the directives are $ORIGIN, $TTL, $INCLUDE and $GENERATE",
)
BAD_DIRECTIVE = Rule(
    "bad-directive",
    Severity.ERROR,
    "`$ORIGIN` takes a name, `$TTL` a time, `$INCLUDE` a file and at most an origin.",
    "RFC 1035 §5.1",
    why="The lines below depend on it: with another origin or TTL they would say something else.",
    mend="write $ORIGIN NAME, $TTL TIME or $INCLUDE FILE [ORIGIN]",
)
INCLUDE_REFUSED = Rule(
    "include-refused",
    Severity.ERROR,
    "`$INCLUDE` names a plain file of the tenant's own folder that does not end in `.zone`; at "
    "most 8 deep, in no circle.",
    "docs/contract.md §2",
    why="A tenant may change their own files only. An include that leads elsewhere would get round that.",
    mend="include plain files inside the tenant's folder only",
)
BAD_GENERATE = Rule(
    "bad-generate",
    Severity.ERROR,
    "`$GENERATE` has a range, a name, a type and one value, in BIND's form; it makes at most 65,536 records.",
    "docs/contract.md §2",
    why="One such line makes many records, and a slip in it makes all of them wrong.",
    mend=(
        "write $GENERATE START-STOP[/STEP] NAME [TTL] [IN] TYPE RDATA, quotes around RDATA of several words"
    ),
)

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
