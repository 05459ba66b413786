"""Other people's zone files judged by the reader and the checks, and docs/corpus.md about it.

`python -m tests.zonefile.corpus_report` writes docs/corpus.md.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from psfdns.checks import run_checks
from psfdns.diagnostics import Diagnostic, Severity
from psfdns.settings import ZoneSettings
from psfdns.zonefile.parse import parse_zone

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "corpus.md"

NOT_HOSTED = "type-not-hosted"
NEWER = re.compile(r"newer BIND|check-names")
DNSSEC = re.compile(r"DNSSEC|CDS|CDNSKEY|DNSKEY|NSEC|RRSIG")

REASONS = {
    "system__limits__ns1__example.db": "more values in a record set than Route 53 takes (400)",
    "system__reclimit__ns1__big.db": "more values in a record set than Route 53 takes (400)",
    "master__master16.data": "a longer value than Route 53 takes (4,000 characters)",
    "good-dns-sd-reverse.db": "unescaped characters that no host has (`!@#3.`) are taken for a typing error",
    "good-svcb.db": "its ECH parameter is no ECHConfigList (RFC 9849)",
    "03_rrttl-0039": "TTL above 2^31-1 (RFC 2181 §8; Route 53 refuses it)",
    "12_TXT-0101": "a quoted string over several lines, which BIND refuses too: a slip would swallow records",
    "12_TXT-0103": "a string of 256 bytes: Knot splits it in silence, the hint says how to do it",
    "12_TXT-0104": "a string of 256 bytes: Knot splits it in silence, the hint says how to do it",
    "12_TXT-0111": 'as BIND reads it, `"""` is an empty string and the beginning of another',
    "25_SOA-0247": "times above 2^31-1; the minimum is a TTL (RFC 2308 §4, RFC 2181 §8)",
    "33_DS-0443": "digest type 0 is reserved (RFC 3658 §2.4)",
    "52_CAA-0838": "CAA with an empty tag (RFC 8659 §4.1 wants a letter or digit)",
    "57_SVCB-0896": "no-default-alpn without alpn (RFC 9460 §7.1.1)",
    "57_SVCB-0901": "its ECH parameter is no ECHConfigList",
    "57_SVCB-0902": "its ECH parameter is no ECHConfigList",
}
"""Part of the file's name -> why we see it otherwise than its label."""


MAX_LINES = 20
LARGE = "large/is-a.dev-noclash.zone"
OPEN_DOMAINS = "valid/open-domains"

VERDICTS = {
    "bimi-record": "true: the certificate, a=, leads to an SVG",
    "cname-to-nothing": "true: the file has nothing at or below the target",
    "dkim-blank-in-key": "true: a blank where two strings were joined",
    "dkim-key": "true: base64 that ends too early, or octets that are no key",
    "dkim-place": "true: the key stands at the name itself; at some, `p=` alone, as a mail provider shows it",
    "dkim-several": "true: one key in three records",
    "dkim-weak-key": "true: RSA of 1,024 bits, as mail providers hand out",
    "dmarc-place": "true: the record stands at the name itself",
    "dmarc-version": "true: the setting of a mail forwarder stands at _dmarc",
    "many-record-sets": "true: 14,727; Route 53 would have to raise its quota",
    "spf-syntax": "true: `~al`, or what is left of a URL in front of a host",
    "target-is-cname": "true: an SRV to a name that is a CNAME",
    "target-without-address": "true: an MX to a name that the zone has not",
    "text-pasted": "true: the record's own name, or a blank, stands in the text",
    "token-shape": "true: cut off, without its name or code, another sign for = or a comma, no hex digit",
    "wildcard-acme": "true: it answers for the challenge; for information, as it need not hurt",
}
"""Code -> what reading each of its lines showed."""


class Said(NamedTuple):
    """What is found in one file by one code, and in which lines."""

    file: str
    code: str
    severity: str
    lines: tuple[int, ...]


class Judged(NamedTuple):
    """One file: the folder it counts for, its label and our verdict."""

    file: str
    folder: str
    label: str
    verdict: str
    why: str
    errors: tuple[Diagnostic, ...]

    @property
    def set_aside(self) -> str | None:
        """Why this label is none to agree with, or None."""
        if self.label == "broken" and NEWER.search(self.why):
            return "newer BIND or check-names"
        if self.label == "broken" and DNSSEC.search(self.why):
            return "DNSSEC"
        if self.folder == "lines/ok" and {error.code for error in self.errors} == {"several-soa"}:
            return "a second SOA, which the small zone around the line makes of it"
        return "type not hosted" if self.verdict == NOT_HOSTED else None

    @property
    def agrees(self) -> bool:
        """Whether our verdict is the label's."""
        return (self.verdict == "accepted") == (self.label == "valid")

    @property
    def reason(self) -> str:
        """Why we disagree, or "" where nobody has said."""
        return next((reason for part, reason in REASONS.items() if part in self.file), "")


def find_corpus() -> Path | None:
    """The folder shared/corpus beside the checkout."""
    folder = ROOT.parent / "shared" / "corpus"
    return folder if (folder / "MANIFEST.tsv").is_file() else None


def judge_corpus(corpus: Path) -> Iterator[Judged]:
    """Every file of the manifest with its checks, and every single line without them."""
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8") as manifest:
        for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE):
            if (corpus / row["file"]).is_file():
                errors = _errors(corpus / row["file"], row["origin"] or ".", checks=True)
                yield Judged(
                    row["file"], row["expected"], row["expected"], _verdict(errors), row["why"], errors
                )
    for folder, label in (("lines/ok", "valid"), ("lines/ko", "broken")):
        for file in sorted((corpus / folder).iterdir()):
            errors = _errors(file, ".", checks=False)
            yield Judged(f"{folder}/{file.name}", folder, label, _verdict(errors), "", errors)


def read_lists(corpus: Path) -> Iterator[Said]:
    """Everything said about zones that many people keep, by file and code."""
    files = sorted(f"{OPEN_DOMAINS}/{file.name}" for file in (corpus / OPEN_DOMAINS).iterdir())
    for name in (LARGE, *files):
        origin = Path(name).stem.removesuffix("-noclash")
        said: dict[tuple[str, str], list[int]] = {}
        for finding in _findings(corpus / name, f"{origin}.", checks=True):
            line = 0 if finding.span is None or finding.span.first_line is None else finding.span.first_line
            said.setdefault((finding.code, finding.severity), []).append(line)
        yield from (Said(name, *key, tuple(sorted(lines))) for key, lines in sorted(said.items()))


def _errors(file: Path, origin: str, *, checks: bool) -> tuple[Diagnostic, ...]:
    findings = _findings(file, origin, checks=checks)
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def _findings(file: Path, origin: str, *, checks: bool) -> tuple[Diagnostic, ...]:
    parsed = parse_zone(file.read_bytes(), origin=origin, path=file.name)
    if not checks:
        return parsed.findings
    return run_checks(parsed.zone, settings=ZoneSettings(), path=file.name, findings=parsed.findings)


def _verdict(errors: tuple[Diagnostic, ...]) -> str:
    codes = {error.code for error in errors}
    return "accepted" if not codes else NOT_HOSTED if codes == {NOT_HOSTED} else "refused"


def render(judged: list[Judged], said: list[Said]) -> str:
    """docs/corpus.md."""
    lines = [
        "# Real zone files, and where we disagree with their labels",
        "",
        "Written by `python -m tests.zonefile.corpus_report`; a test holds it against the reader. The",
        "files are other projects' test data and real zones (BIND, Zonemaster, Knot, open-domains); they",
        "are not part of this repository. Files of `valid` and `broken` go through the reader and the",
        "checks, single lines through the reader alone. Set aside: labels about DNSSEC, newer BIND or",
        "check-names; files in which nothing but a type that Route 53 does not host is wrong for us (each",
        "such record is an error that says so); correct SOA lines that only the SOA of the small zone",
        "around them makes a second one.",
        "",
        "| files | all | set aside | judged | agreed | share |",
        "|---|---|---|---|---|---|",
        *(_row(folder, [each for each in judged if each.folder == folder]) for folder in _folders(judged)),
        "",
        "Set aside:",
        "",
        *(f"- {folder}: {count} for {why}" for (folder, why), count in sorted(_aside(judged).items())),
        "",
        "## Disagreements",
        "",
        "| file | label | ours | reason |",
        "|---|---|---|---|",
        *(
            f"| `{each.file}` | {each.label} | {_said(each)} | {each.reason} |"
            for each in disagreements(judged)
        ),
        "",
        "## What is said of zones that many people keep",
        "",
        "All findings in the large zone and in open-domains, each read beside its line; keys were read by",
        "OpenSSL too. A file that is not in the table has none. Of many lines the first and the last stand.",
        "",
        "| file | code | severity | count | lines | verdict |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{each.file}` | {each.code} | {each.severity} | {len(each.lines)} | {_lines(each)}"
            f" | {VERDICTS.get(each.code, '')} |"
            for each in said
        ),
        "",
    ]
    return "\n".join(lines)


def disagreements(judged: list[Judged]) -> list[Judged]:
    """What is judged and not agreed on."""
    return [each for each in judged if each.set_aside is None and not each.agrees]


def share(judged: list[Judged]) -> float:
    """Agreed of judged."""
    counted = [each for each in judged if each.set_aside is None]
    return sum(each.agrees for each in counted) / len(counted)


def _folders(judged: list[Judged]) -> list[str]:
    return list(dict.fromkeys(each.folder for each in judged))


def _aside(judged: list[Judged]) -> Counter[tuple[str, str]]:
    return Counter((each.folder, each.set_aside) for each in judged if each.set_aside is not None)


def _row(folder: str, judged: list[Judged]) -> str:
    counted = [each for each in judged if each.set_aside is None]
    agreed = sum(each.agrees for each in counted)
    return (
        f"| {folder} | {len(judged)} | {len(judged) - len(counted)} | {len(counted)} | {agreed}"
        f" | {100 * share(judged):.1f} % |"
    )


def _lines(said: Said) -> str:
    places = [str(line) for line in said.lines if line]
    return ", ".join(places) if len(places) <= MAX_LINES else f"{places[0]} to {places[-1]}"


def _said(each: Judged) -> str:
    return "accepted" if not each.errors else ", ".join(sorted({error.code for error in each.errors}))


def main() -> None:
    """Write docs/corpus.md."""
    corpus = find_corpus()
    if corpus is None:
        raise SystemExit("no folder shared/corpus beside the checkout")
    REPORT.write_text(render(list(judge_corpus(corpus)), list(read_lists(corpus))), encoding="utf-8")


if __name__ == "__main__":
    main()
