"""What can be wrong with the records that a zone file says. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

BAD_NAME = Rule(
    "bad-name",
    Severity.ERROR,
    "An owner is a name: labels of at most 63 bytes, 255 in all, strict IDNA where it is not ASCII.",
    "RFC 1035 §2.3.4",
    why="Such a name cannot be sent in a DNS message, or could be spelt in two ways.",
    mend="correct the name; `@` is the zone itself",
)
UNUSUAL_NAME = Rule(
    "unusual-name",
    Severity.ERROR,
    "Names are made of letters, digits, `-`, `_`, `/`, `+` and `*`; anything else that is meant is escaped.",
    "RFC 1035 §2.3.1",
    why=(
        "Most likely it is a mail address or a URL, and the record would stand at, or lead to, a name "
        "that nobody asks for."
    ),
    mend="put a backslash before what is really meant",
)
NO_OWNER = Rule(
    "no-owner",
    Severity.ERROR,
    "The first record of a file names its owner.",
    "RFC 1035 §5.1",
    why="A line that begins with a blank takes over the owner of the record above, and here there is none.",
    mend='write the owner at the beginning of the line; "@" is the zone itself',
)
OUT_OF_ZONE = Rule(
    "out-of-zone",
    Severity.ERROR,
    "Every record lies in the zone of its file.",
    "RFC 1035 §5.2",
    why="A zone answers for its own names only. Route 53 refuses others.",
    mend="move it to the file of its zone, or correct the name or $ORIGIN",
)
NO_TYPE = Rule(
    "no-type",
    Severity.ERROR,
    "A record has a type and a value.",
    "RFC 1035 §5.1",
    why="Without them there is nothing to publish; a part of the line may have been lost.",
    mend="write NAME [TTL] [IN] TYPE RDATA",
)
UNKNOWN_TYPE = Rule(
    "unknown-type",
    Severity.ERROR,
    "Behind owner, TTL and class stands a type.",
    "RFC 1035 §5.1",
    why=(
        "The type is misspelt, or something before it is missing, and then the line says another "
        "thing than was meant."
    ),
    mend="write NAME [TTL] [IN] TYPE RDATA",
)
TYPE_NOT_HOSTED = Rule(
    "type-not-hosted",
    Severity.ERROR,
    "Every record is of a type that Route 53 hosts.",
    'Route 53 Developer Guide, "Supported DNS record types"',
    why="Route 53 refuses the record, and with it the whole change.",
    mend=(
        "remove it; Route 53 hosts A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT"
    ),
)
CLASS_NOT_IN = Rule(
    "class-not-in",
    Severity.ERROR,
    "The class of a record is IN, the Internet's.",
    "docs/contract.md §2",
    why="Route 53 hosts no other class.",
    mend="write IN",
)
BAD_TTL = Rule(
    "bad-ttl",
    Severity.ERROR,
    "A TTL is at most 2,147,483,647 seconds.",
    "RFC 2181 §8",
    why="A larger number counts as 0, so that nothing would be cached.",
    mend="write a week, 604800, or less",
)
BAD_RDATA = Rule(
    "bad-rdata",
    Severity.ERROR,
    "A value has the form of its type.",
    "RFC 1035 §3.3",
    why="Route 53 refuses a value that it cannot read, and with it the whole change.",
    mend=(
        'correct the part that the message names; forms are `www A 192.0.2.1`, `@ MX 10 mail`, `@ TXT "text"`'
    ),
)
SOA_NOT_AT_APEX = Rule(
    "soa-not-at-apex",
    Severity.ERROR,
    "The SOA stands at the zone's own name.",
    "RFC 1035 §5.2",
    why="It describes the zone as a whole. At another name it would begin another zone.",
    mend="write @",
)
AWS_SYNTAX = Rule(
    "aws-syntax",
    Severity.ERROR,
    "Alias lines and `; AWS` comments have cli53's form, and every word of them is understood.",
    "docs/contract.md §2",
    why=(
        "If a word were passed over, the alias or the routing policy that is live would be replaced "
        "by something else."
    ),
    mend='write NAME AWS ALIAS TYPE TARGET ZONEID true|false, or ; AWS key="value" … behind a record',
)
BAD_MARK = Rule(
    "bad-mark",
    Severity.ERROR,
    "A comment with `psfdns:` is `; psfdns: ignore=CODE,CODE`.",
    "docs/contract.md §2",
    why="A mark that is misspelt would silence nothing, and nobody would know.",
    mend="write ; psfdns: ignore=CODE,CODE",
)
IMPLIED_TTL = Rule(
    "implied-ttl",
    Severity.WARNING,
    "A record has a TTL, or `$TTL` stands above it.",
    "RFC 2308 §4",
    why=(
        "Without one the TTL of the record before is taken, or the SOA's minimum. Then a record "
        "changes when another one is moved, and programs differ in what they take."
    ),
    mend="write $TTL at the top, or the TTL on each record",
)
DUPLICATE_RECORD = Rule(
    "duplicate-record",
    Severity.WARNING,
    "A record stands once.",
    "RFC 2181 §5",
    why="The second one has no effect, and whoever changes the first may not see it.",
    mend="remove one",
)
SEVERAL_CNAME = Rule(
    "several-cname",
    Severity.ERROR,
    "A name has at most one CNAME.",
    "RFC 1034 §3.6.2",
    why=(
        "A CNAME says that a name is another word for one other name. With two of them resolvers "
        "cannot tell which; Route 53 refuses it."
    ),
    mend="remove one",
)
SEVERAL_SOA = Rule(
    "several-soa",
    Severity.ERROR,
    "A zone has one SOA.",
    "RFC 1035 §5.2",
    why="It describes the zone as a whole, and two of them contradict each other.",
    mend="remove one",
)
UNEQUAL_TTLS = Rule(
    "unequal-ttls",
    Severity.ERROR,
    "All records of one name and type have the same TTL; without a set identifier it is a warning.",
    "RFC 2181 §5.2",
    why="They are answered and cached together, so only one of the TTLs can count.",
    mend="write one TTL",
    milder=Severity.WARNING,
)
UNEQUAL_WEIGHTED_TTLS = Rule(
    "unequal-weighted-ttls",
    Severity.ERROR,
    "The weighted record sets of one name and type have the same TTL.",
    "Route 53 API reference, ResourceRecordSet",
    why="Route 53 refuses them otherwise.",
    mend="write one TTL on all of them",
)
UNEQUAL_ATTRIBUTES = Rule(
    "unequal-attributes",
    Severity.ERROR,
    "All lines of one record set have the same routing policy and health check.",
    "docs/contract.md §2",
    why="Route 53 keeps them once for the record set, so only one of them could count.",
    mend="write the same AWS comment on every line, or give them different identifiers",
)
ALIAS_AND_VALUES = Rule(
    "alias-and-values",
    Severity.ERROR,
    "A record set has values, or one alias.",
    "Route 53 API reference, AliasTarget",
    why="An alias takes its answer from its target, so there is no place for values beside it.",
    mend="remove one",
)
OWNER_CASE = Rule(
    "owner-case",
    Severity.WARNING,
    "A name is written in one way: capital and small letters are the same in DNS.",
    "RFC 4343 §3",
    why="Who writes `WWW` and `www` may take them for two names. They are one, with the records of both.",
    mend="write the name in one way",
)
DOUBLED_OWNER = Rule(
    "doubled-owner",
    Severity.WARNING,
    "An owner that ends with the zone's name, as `www.example.com`, has a final dot.",
    "RFC 1035 §5.1",
    why=(
        "Without the dot the zone's name is appended once more. The record stands at "
        "`www.example.com.example.com.`, where nobody asks for it, and the name that was meant has none."
    ),
    mend="end the owner with a dot, or leave out the zone's name",
)
INHERITED_OWNER = Rule(
    "inherited-owner",
    Severity.WARNING,
    "The first record behind $ORIGIN names its owner.",
    "RFC 1035 §5.1",
    why="A line that begins with a blank belongs to the owner before it, not to the new origin.",
    mend="write the owner in front of the record",
)
ADDRESS_AS_NAME = Rule(
    "address-as-name",
    Severity.WARNING,
    "A target is a name, not an address.",
    "RFC 1035 §3.3.9",
    why=(
        "An address without a final dot is completed by the zone's name like any other: `MX 10 "
        "192.0.2.1` leads to 192.0.2.1.example.org., which does not exist."
    ),
    mend="name the host that has the address",
)
SMART_QUOTES = Rule(
    "smart-quotes",
    Severity.ERROR,
    "Quotation marks are plain ones; typographic ones around a value that is quoted are a warning.",
    "RFC 1035 §5.1",
    why=(
        "A zone file takes typographic quotation marks for text. They are published with the value, "
        "which falls apart at its blanks."
    ),
    mend='write "',
    milder=Severity.WARNING,
)
UNQUOTED_TEXT = Rule(
    "unquoted-text",
    Severity.WARNING,
    "A text of several words stands in quotes.",
    "RFC 1035 §5.1",
    why=(
        "Outside of quotes each word is a string of its own, and programs read the strings of a record "
        "without anything between them: `v=spf1 -all` becomes `v=spf1-all`, which is no SPF record."
    ),
    mend="put the whole text in quotes",
)
CUT_AT_SEMICOLON = Rule(
    "cut-at-semicolon",
    Severity.ERROR,
    "A text that holds a semicolon stands in quotes; where the rest may be a comment it is a warning.",
    "RFC 1035 §5.1",
    why=(
        "A semicolon outside of quotes begins a comment, so `v=DKIM1; k=rsa; p=…` is published as "
        "`v=DKIM1` and no mail can be verified."
    ),
    mend="put the whole value in quotes",
    milder=Severity.WARNING,
)

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
