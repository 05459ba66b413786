"""What the registrar holds, and what is under way, beside what DNS shows. Data."""

from __future__ import annotations

from psfdns.dnssec.code import INFO, WARNING, Code

REGISTRAR = (
    Code(
        "PROCEDURE_OPEN",
        INFO,
        "A procedure (enable, disable, rotate) has not ended; what it waits for is no fault.",
        "psfdns dnssec continue goes on with it",
    ),
    Code(
        "REGISTRAR_UNKNOWN",
        INFO,
        "Which DNSSEC keys Gandi holds could not be asked.",
        "put a token into GANDI_PAT, or ask again later",
    ),
    Code(
        "REGISTRAR_DS_NOT_IN_PARENT",
        WARNING,
        "Gandi holds a key, and no server of the parent shows its DS.",
        "a registry may take a day; if it stays so, ask Gandi",
    ),
    Code(
        "REGISTRAR_LACKS_DS",
        WARNING,
        "The parent shows a DS of which Gandi holds no key: it was removed lately, or is set from elsewhere.",
        "a registry may take a day; if it stays so, ask Gandi",
    ),
    Code(
        "REGISTRAR_KEY_NOT_IN_ZONE",
        WARNING,
        "Gandi holds a key that the zone's servers do not show.",
        "if no rotation is under way, have it removed at Gandi",
    ),
)
