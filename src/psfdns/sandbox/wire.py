"""REST-XML from the server's side, after botocore's own service model: requests read, answers written. Pure.

The model says for every action its method and path, where each field travels, and its bounds; so a field
that the service gains (as GeoProximityLocation once was) is kept without a line here, and a value outside
its bounds is refused for every action alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from psfdns.sandbox.faults import ApiError, invalid_input

if TYPE_CHECKING:
    from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can carry."""

Response = tuple[int, dict[str, str], bytes]
_Renderer = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Request:
    """An action with its parameters, as a client of the model would state them."""

    action: str
    params: dict[str, Any]


class Wire:
    """The reading and writing for one service model."""

    def __init__(self, model: ServiceModel) -> None:
        self._model = model
        self._routes = [_route(model.operation_model(name)) for name in model.operation_names]
        self._renderers: dict[str, _Renderer] = {}

    def read(self, method: str, path: str, query: str, body: bytes) -> Request:
        """The request's action and parameters; raises ApiError."""
        operation, found = self._match(method, path)
        texts = dict(parse_qsl(query, keep_blank_values=True))
        shape = operation.input_shape
        assert shape is not None  # noqa: S101 - every action of Route 53 has one
        params: dict[str, Any] = {}
        root = _parse_body(body)
        for name, member in shape.members.items():
            place = member.serialization.get("location")
            spelled = member.serialization.get("name", name)
            if place == "uri":
                params[name] = _read_text(member, found[spelled])
            elif place == "querystring" and spelled in texts:
                params[name] = _read_text(member, texts[spelled])
            elif place is None and root is not None:
                params |= _read_member(root, name, member)
        for name in shape.required_members:
            if name not in params:
                raise _missing(operation.name, name)
        return Request(operation.name, params)

    def _match(self, method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
        for verb, pattern, operation in self._routes:
            match = pattern.fullmatch(path) if verb == method else None
            if match:
                texts = {name: unquote(text) for name, text in match.groupdict().items()}
                return operation, texts
        raise ApiError("UnknownOperationException", f"there is no action {method} {path}", status=404)

    def write(self, action: str, result: Mapping[str, Any]) -> Response:
        """The answer to an action, its result in the shape that boto3 returns."""
        operation = self._model.operation_model(action)
        status = int(operation.http.get("responseCode", 200))
        shape = operation.output_shape
        assert shape is not None  # noqa: S101 - as above
        headers = {"Content-Type": "text/xml"}
        parts = []
        for name, member in shape.members.items():
            value = result.get(name)
            if value is None:
                continue
            if member.serialization.get("location") == "header":
                headers[member.serialization.get("name", name)] = value
            else:
                parts.append(self._render_member(name, member)(value))
        text = f'{_DECLARATION}<{shape.name} xmlns="{NAMESPACE}">{"".join(parts)}</{shape.name}>'
        return status, headers, text.encode()

    def write_error(self, error: ApiError, request_id: str) -> Response:
        """The service's error document."""
        status = error.status or self._status_of(error.code)
        message = escape(_UNWRITABLE.sub("?", error.message))
        text = (
            f'{_DECLARATION}<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type>'
            f"<Code>{error.code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return status, {"Content-Type": "text/xml"}, text.encode()

    def _status_of(self, code: str) -> int:
        for shape in self._model.error_shapes:
            if shape.name == code:
                return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
        return 400

    def _render_member(self, name: str, member: Shape) -> _Renderer:
        tag = member.serialization.get("name", name)
        key = f"{tag} {member.name}"
        if key not in self._renderers:
            self._renderers[key] = self._make_renderer(tag, member)
        return self._renderers[key]

    def _make_renderer(self, tag: str, shape: Shape) -> _Renderer:
        if shape.type_name == "structure":
            return self._make_structure_renderer(tag, shape)  # type: ignore[arg-type]
        if shape.type_name == "list":
            return self._make_list_renderer(tag, shape)  # type: ignore[arg-type]
        if shape.type_name == "boolean":
            return lambda value: f"<{tag}>{'true' if value else 'false'}</{tag}>"
        if shape.type_name == "string":
            return lambda value: f"<{tag}>{escape(value)}</{tag}>"
        return lambda value: f"<{tag}>{value}</{tag}>"

    def _make_structure_renderer(self, tag: str, shape: StructureShape) -> _Renderer:
        members = [(name, self._render_member(name, member)) for name, member in shape.members.items()]

        def render(value: Mapping[str, Any]) -> str:
            parts = [part(value[name]) for name, part in members if value.get(name) is not None]
            return f"<{tag}>{''.join(parts)}</{tag}>"

        return render

    def _make_list_renderer(self, tag: str, shape: ListShape) -> _Renderer:
        part = self._render_member("member", shape.member)
        return lambda value: f"<{tag}>{''.join(map(part, value))}</{tag}>"


def _route(operation: OperationModel) -> tuple[str, re.Pattern[str], OperationModel]:
    path = operation.http["requestUri"].partition("?")[0].rstrip("/")
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return operation.http["method"], re.compile(pattern + "/?"), operation


def _parse_body(body: bytes) -> ET.Element | None:
    if not body:
        return None
    try:
        return ET.fromstring(body)  # noqa: S314 - expat limits expansion, and only loopback is served
    except ET.ParseError as error:
        raise ApiError("MalformedInput", f"Unable to parse the request: {error}") from error


def _local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]


def _read_member(parent: ET.Element, name: str, member: Shape) -> Iterator[tuple[str, Any]]:
    """The member of a structure as zero or one pairs."""
    tag = member.serialization.get("name", name)
    for child in parent:
        if _local(child.tag) == tag:
            yield name, _read_value(member, child)
            return


def _read_value(shape: Shape, element: ET.Element) -> Any:
    if shape.type_name == "structure":
        return _read_structure(shape, element)  # type: ignore[arg-type]
    if shape.type_name == "list":
        member = shape.member  # type: ignore[attr-defined]
        values = [_read_value(member, child) for child in element]
        _check_bounds(shape, len(values), f"{shape.name} with {len(values)} elements")
        return values
    return _read_text(shape, element.text or "")


def _read_structure(shape: StructureShape, element: ET.Element) -> dict[str, Any]:
    children = {_local(child.tag): child for child in element}
    value = {}
    for name, member in shape.members.items():
        child = children.get(member.serialization.get("name", name))
        if child is not None:
            value[name] = _read_value(member, child)
    for name in shape.required_members:
        if name not in value:
            raise _missing(shape.name, name)
    return value


def _missing(where: str, name: str) -> ApiError:
    return invalid_input(f"Invalid XML ; cvc-complex-type: {where} needs an element '{name}'")


def _read_text(shape: Shape, text: str) -> Any:
    """A scalar, held to the bounds that the model states for it."""
    if shape.type_name in {"integer", "long"}:
        return _read_number(shape, text)
    if shape.type_name == "boolean":
        if text not in {"true", "false"}:
            raise _unfit(shape, text, "boolean")
        return text == "true"
    allowed = shape.metadata.get("enum")
    if allowed and text not in allowed:
        raise _unfit(shape, text, f"enumeration '[{', '.join(allowed)}]'")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, text):
        raise _unfit(shape, text, f"pattern '{pattern}'")
    _check_bounds(shape, len(text), text)
    return text


def _read_number(shape: Shape, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise _unfit(shape, text, "a whole number") from None
    _check_bounds(shape, number, text)
    return number


def _check_bounds(shape: Shape, size: int, shown: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        raise _unfit(shape, shown, f"minimum '{least}'")
    if most is not None and size > most:
        raise _unfit(shape, shown, f"maximum '{most}'")


def _unfit(shape: Shape, shown: str, facet: str) -> ApiError:
    cut = shown if len(shown) <= 80 else shown[:77] + "..."
    return invalid_input(
        f"Invalid XML ; cvc-facet-valid: Value '{cut}' is not facet-valid with respect to {facet} "
        f"for type '{shape.name}'"
    )
