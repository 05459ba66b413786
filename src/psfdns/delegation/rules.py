"""What can be wrong with whom parents name, and with the servers' names and DS. Pure."""

from __future__ import annotations

from psfdns.diagnostics import Rule, Severity

_GLUE = "correct the host's addresses at the registrar, or in the parent's zone"
_SEVERAL = "delegate to two or more servers that do not fail together"

NOT_DELEGATED = Rule(
    "not-delegated",
    Severity.ERROR,
    "The parent's servers delegate the zone.",
    "RFC 1034 §4.2.1",
    why="Nobody finds the zone.",
    mend="have the name servers set at the registrar, or in the parent's zone; `psfdns delegation ZONE"
    " --instructions` writes the message for who can",
)
DELEGATED_ELSEWHERE = Rule(
    "delegated-elsewhere",
    Severity.ERROR,
    "The parent's servers delegate the zone to ours.",
    "RFC 1034 §4.2.1",
    why="The world sees the zone of somebody else's servers, whatever is applied to ours.",
    mend="have ours set at the registrar, or in the parent's zone, as `psfdns delegation ZONE "
    "--instructions` says; what is only there has to be copied first",
)
STALE_ZONE = Rule(
    "stale-zone",
    Severity.ERROR,
    "The parent's servers delegate the zone to the hosted zone that is there now.",
    "RFC 1912 §2.8",
    why="They name servers of another Route 53 zone of the name, an older one mostly: it may be gone,"
    " or be found and taken by others.",
    mend="have the present servers set instead, as `psfdns delegation ZONE --instructions` says",
)
SERVERS_MISSING = Rule(
    "servers-missing",
    Severity.ERROR,
    "The parent names all of our servers.",
    "RFC 1912 §2.8",
    why="When those that it names fail, the zone is gone though others answer.",
    mend="have exactly our servers set, as `psfdns delegation ZONE --instructions` says",
)
EXTRA_SERVERS = Rule(
    "extra-servers",
    Severity.ERROR,
    "The parent names no other servers than ours.",
    "RFC 1912 §2.8",
    why="Of those who ask, some get the answers of the others: old ones, or none.",
    mend="have the others removed, as `psfdns delegation ZONE --instructions` says",
)
PARENTS_DISAGREE = Rule(
    "parents-disagree",
    Severity.WARNING,
    "The parent's servers name the same servers, and have the same DS.",
    "RFC 1034 §4.2.2",
    why="Who asks one of them goes elsewhere than who asks another.",
    mend="a change may be on its way: ask again in an hour",
)
CHILD_NS_DIFFERS = Rule(
    "child-ns-differs",
    Severity.ERROR,
    "The zone's own NS are those that resolvers came by.",
    "RFC 1034 §4.2.2",
    why="Resolvers go by either, so some never ask what the other names. Where the two have a server "
    "in common it is a warning.",
    mend="make the zone's own NS records the same as the parent's: resolvers go by either",
    milder=Severity.WARNING,
)
DS_LEFT = Rule(
    "ds-left",
    Severity.ERROR,
    "The parent has a DS only of a zone that is signed.",
    "RFC 4035 §5",
    why="For all who validate the zone is gone. While it is delegated to others it is a warning: it "
    "would be, once it leads to us.",
    mend="have the DS taken from the parent, or sign the zone with that key; while it is delegated to "
    "others, wait for the DS's TTL before the name servers change",
    milder=Severity.WARNING,
)
NO_ADDRESS = Rule(
    "no-address",
    Severity.ERROR,
    "The name of every server has an address.",
    "RFC 1912 §2.8",
    why="Nobody can ask it.",
    mend="correct the name at the parent, or give it an address",
)
NS_IS_ALIAS = Rule(
    "ns-is-alias",
    Severity.ERROR,
    "The name of a server is no CNAME.",
    "RFC 2181 §10.3",
    why="Some resolvers do not follow it, and have one server less.",
    mend="give the name addresses of its own",
)
GLUE_MISSING = Rule(
    "glue-missing",
    Severity.ERROR,
    "The parent has the addresses of servers whose names lie inside the zone.",
    "RFC 9471 §2",
    why="To find the address one would have to ask the server itself: it cannot be found. Where the "
    "parent has some of its addresses it is a warning.",
    mend=_GLUE,
    milder=Severity.WARNING,
)
GLUE_DIFFERS = Rule(
    "glue-differs",
    Severity.ERROR,
    "The addresses that the parent has of a server are its own.",
    "RFC 9471 §2",
    why="Who asks the parent is sent to an address where nobody, or somebody else, answers. Of names "
    "beside the zone it is a warning.",
    mend=_GLUE,
    milder=Severity.WARNING,
)
GLUE_EXTRA = Rule(
    "glue-extra",
    Severity.WARNING,
    "The parent has no addresses that the server does not have.",
    "RFC 9471 §2",
    why="Some who ask are sent there first.",
    mend=_GLUE,
)
FEW_SERVERS = Rule(
    "few-servers",
    Severity.ERROR,
    "A zone has two name servers or more.",
    "RFC 1034 §4.1",
    why="When the one fails, the zone is gone.",
    mend=_SEVERAL,
)
FEW_ADDRESSES = Rule(
    "few-addresses",
    Severity.ERROR,
    "The name servers are at two addresses or more.",
    "RFC 1034 §4.1",
    why="When the one machine fails, the zone is gone, whatever its names.",
    mend=_SEVERAL,
)
FILE_NAMES_OTHERS = Rule(
    "file-names-others",
    Severity.WARNING,
    'With `apex = "managed"` the zone file names servers that Route 53 assigned.',
    "docs/contract.md §4",
    why="What is held to be the right delegation leads away from what `psfdns apply` changes.",
    mend='correct the NS of the file, or leave them to Route 53: apex = "route53"',
)
RENAMED_SERVERS = Rule(
    "renamed-servers",
    Severity.INFO,
    "The parent names our servers by the names that Route 53 gave them.",
    "docs/contract.md §4",
    why="They have other names and the addresses of ours, so all is well while those addresses stay.",
    mend="nothing, if the names are meant; else have those of Route 53 set",
)

RULES = (
    NOT_DELEGATED,
    DELEGATED_ELSEWHERE,
    STALE_ZONE,
    SERVERS_MISSING,
    EXTRA_SERVERS,
    PARENTS_DISAGREE,
    CHILD_NS_DIFFERS,
    DS_LEFT,
    NO_ADDRESS,
    NS_IS_ALIAS,
    GLUE_MISSING,
    GLUE_DIFFERS,
    GLUE_EXTRA,
    FEW_SERVERS,
    FEW_ADDRESSES,
    FILE_NAMES_OTHERS,
    RENAMED_SERVERS,
)
