"""Changes to an XMP packet: orientation, position, size, and the mark of an altered picture.

A packet is edited as XML; what is not changed keeps its order, prefixes and text. A packet that is
not well-formed is never touched: `XmpError` tells the caller, who keeps the original bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.dom import minidom
from xml.parsers.expat import ExpatError

from core.geometry import Size

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
XMP = "http://ns.adobe.com/xap/1.0/"
XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
XMP_NOTE = "http://ns.adobe.com/xmp/note/"
RESOURCE_EVENT = "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
XMLNS = "http://www.w3.org/2000/xmlns/"

ALTERED_BY_MODEL = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
"""IPTC's term for a photo that was edited with a trained model."""

_PACKET_ID = "W5M0MpCehiHzreSzNTczkc9d"  # fixed by the XMP specification, part 1, section 7.3.2
_EMPTY = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'
)
# minidom writes line breaks in attributes as they are, and every reader makes blanks of them.
_STAND_INS = {ord("\n"): "\ufdd0", ord("\r"): "\ufdd1", ord("\t"): "\ufdd2"}
_PADDING = " \t\r\n\x00"

Element = minidom.Element
Document = minidom.Document


class XmpError(ValueError):
    """The packet is not well-formed XMP."""


def upright(packet: bytes) -> tuple[bytes, int | None]:
    """Set tiff:Orientation to 1.

    Returns:
        The packet (the same object where it names no orientation), and the orientation that it
        named (1..8), or None.

    Raises:
        XmpError: The packet is not well-formed.
    """
    document = _parsed(packet)
    found: int | None = None
    for owner, name in list(_properties(document, TIFF, "Orientation")):
        text = _text_of(owner, name)
        found = int(text) if text.isdigit() and 1 <= int(text) <= 8 else found
        _set_text(owner, name, "1")
    return (packet if found is None else _packed(document)), found


def digital_source_type(packet: bytes) -> str | None:
    """Iptc4xmpExt:DigitalSourceType, or None where the packet does not name one.

    Raises:
        XmpError: The packet is not well-formed.
    """
    for owner, name in _properties(_parsed(packet), IPTC_EXT, "DigitalSourceType"):
        if name is None and owner.hasAttributeNS(RDF, "resource"):
            return str(owner.getAttributeNS(RDF, "resource"))
        return _text_of(owner, name)
    return None


def without_gps(packet: bytes) -> bytes:
    """The packet without any exif:GPS... property.

    Raises:
        XmpError: The packet is not well-formed.
    """
    document = _parsed(packet)
    found = list(_properties(document, EXIF, "GPS", prefix=True))
    for owner, name in found:
        _remove(owner, name)
    return _packed(document) if found else packet


def has_gps(packet: bytes) -> bool:
    """True where the packet holds a position.

    Raises:
        XmpError: The packet is not well-formed.
    """
    return next(_properties(_parsed(packet), EXIF, "GPS", prefix=True), None) is not None


def for_output(packet: bytes | None, size: Size, *, altered: bool, software: str) -> bytes | None:
    """The packet as it belongs to a written picture.

    Width and height are made true. What pointed to data that is not written is taken out. An
    altered picture gets the mark of IPTC's photo metadata standard (2023.1, "Digital Source Type"),
    the program's name and an entry in its history, and loses its embedded previews, which show the
    photo as it was. No time is written: the same work gives the same bytes.

    Args:
        packet: The source's packet, or None.
        size: The written picture's size.
        altered: A trained model changed the picture.
        software: Name and version of the program, for xmp:CreatorTool.

    Returns:
        The packet (the same object where nothing had to change), or None where there is none.

    Raises:
        XmpError: The packet is not well-formed.
    """
    if packet is None and not altered:
        return None
    document = _parsed(packet if packet is not None else _EMPTY.encode())
    changed = _set_size(document, size)
    for owner, name in list(_properties(document, XMP_NOTE, "HasExtendedXMP")):
        _remove(owner, name)
        changed = True
    if altered:
        _mark_altered(document, software)
        changed = True
    return _packed(document) if changed or packet is None else packet


def _set_size(document: Document, size: Size) -> bool:
    changed = False
    for namespace, local, value in (
        (TIFF, "ImageWidth", size.width),
        (TIFF, "ImageLength", size.height),
        (EXIF, "PixelXDimension", size.width),
        (EXIF, "PixelYDimension", size.height),
    ):
        for owner, name in list(_properties(document, namespace, local)):
            if _text_of(owner, name) != str(value):
                _set_text(owner, name, str(value))
                changed = True
    return changed


def _mark_altered(document: Document, software: str) -> None:
    for namespace, local in (
        (IPTC_EXT, "DigitalSourceType"),
        (XMP, "CreatorTool"),
        (XMP, "Thumbnails"),
    ):
        for owner, name in list(_properties(document, namespace, local)):
            _remove(owner, name)
    description = _first_description(document)
    _append_text(description, IPTC_EXT, "Iptc4xmpExt:DigitalSourceType", ALTERED_BY_MODEL)
    _append_text(description, XMP, "xmp:CreatorTool", software)
    event = _append(_history(document, description), RDF, "rdf:li")
    event.setAttributeNS(RDF, f"{_prefix(event, RDF, 'rdf')}:parseType", "Resource")
    for local, text in (
        ("action", "edited"),
        ("softwareAgent", software),
        ("parameters", "restored with a trained model"),
    ):
        _append_text(event, RESOURCE_EVENT, f"stEvt:{local}", text)


def _history(document: Document, description: Element) -> Element:
    """The rdf:Seq of xmpMM:History, made if there is none."""
    for owner, name in list(_properties(document, XMP_MM, "History")):
        sequence = next((c for c in _elements(owner) if c.namespaceURI == RDF), None)
        if name is None and sequence is not None and sequence.localName == "Seq":
            return sequence
        _remove(owner, name)
    return _append(_append(description, XMP_MM, "xmpMM:History"), RDF, "rdf:Seq")


def _parsed(packet: bytes) -> Document:
    text = _decoded(packet)
    # XMP has no document type; without one there are no entities to expand, and no way to attack.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmpError("the packet has a document type")
    try:
        document = minidom.parseString(text.encode("utf-8"))  # noqa: S318 (see above)
    except (ExpatError, ValueError, RecursionError) as error:
        raise XmpError(str(error)) from error
    if not list(_descriptions(document)):
        raise XmpError("the packet holds no rdf:Description")
    return document


def _decoded(packet: bytes) -> str:
    encoding = "utf-8-sig"
    if packet[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        return packet.decode(encoding).strip(_PADDING)
    except UnicodeDecodeError as error:
        raise XmpError(str(error)) from error


def _packed(document: Document) -> bytes:
    """The document between the processing instructions that mark a packet, UTF-8."""
    for element in document.getElementsByTagName("*"):
        for attribute in _attributes(element):
            attribute.value = attribute.value.translate(_STAND_INS)
    body = "".join(
        node.toxml()
        for node in document.childNodes
        if not (node.nodeType == node.PROCESSING_INSTRUCTION_NODE and node.target == "xpacket")
    )
    for character, stand_in in _STAND_INS.items():
        body = body.replace(stand_in, f"&#{character};")
    begin = f'<?xpacket begin="\ufeff" id="{_PACKET_ID}"?>'
    return f'{begin}\n{body}\n<?xpacket end="w"?>'.encode()


def _elements(node: minidom.Node) -> list[Element]:
    return [child for child in node.childNodes if isinstance(child, Element)]


def _attributes(element: Element) -> list[minidom.Attr]:
    return list(element.attributes.values())


def _descriptions(document: Document) -> Iterator[Element]:
    """The top-level rdf:Description elements."""
    for root in document.getElementsByTagNameNS(RDF, "RDF"):
        for child in _elements(root):
            if child.namespaceURI == RDF and child.localName == "Description":
                yield child


def _first_description(document: Document) -> Element:
    return next(_descriptions(document))


Property = tuple[Element, str | None]
"""A property: an element of its own (name None), or the attribute `name` of a description."""


def _properties(
    document: Document, namespace: str, local: str, *, prefix: bool = False
) -> Iterator[Property]:
    """Top-level properties by name, in both of the forms that RDF allows."""

    def matches(uri: str | None, name: str | None) -> bool:
        if uri != namespace or name is None:
            return False
        return name.startswith(local) if prefix else name == local

    for description in _descriptions(document):
        for attribute in _attributes(description):
            if matches(attribute.namespaceURI, attribute.localName):
                yield description, attribute.name
        for child in _elements(description):
            if matches(child.namespaceURI, child.localName):
                yield child, None


def _text_of(owner: Element, name: str | None) -> str:
    if name is not None:
        return str(owner.getAttribute(name)).strip()
    return "".join(n.data for n in owner.childNodes if n.nodeType == n.TEXT_NODE).strip()


def _set_text(owner: Element, name: str | None, text: str) -> None:
    if name is not None:
        owner.setAttribute(name, text)
        return
    for child in list(owner.childNodes):
        owner.removeChild(child)
    owner.appendChild(_document_of(owner).createTextNode(text))


def _remove(owner: Element, name: str | None) -> None:
    if name is not None:
        owner.removeAttribute(name)
    elif owner.parentNode is not None:
        owner.parentNode.removeChild(owner)


def _document_of(element: Element) -> Document:
    document = element.ownerDocument
    if document is None:
        raise XmpError("the element belongs to no document")
    return document


def _prefix(element: minidom.Node | None, namespace: str, wanted: str) -> str:
    """The prefix that stands for `namespace` at this element; declared here if there is none."""
    start = element
    while isinstance(element, Element):
        for attribute in _attributes(element):
            if attribute.prefix == "xmlns" and attribute.value == namespace:
                return str(attribute.localName)
        element = element.parentNode
    if isinstance(start, Element):
        start.setAttributeNS(XMLNS, f"xmlns:{wanted}", namespace)
    return wanted


def _append(parent: Element, namespace: str, name: str) -> Element:
    wanted, local = name.split(":")
    prefix = _prefix(parent, namespace, wanted)
    made = _document_of(parent).createElementNS(namespace, f"{prefix}:{local}")
    parent.appendChild(made)
    return made


def _append_text(parent: Element, namespace: str, name: str, text: str) -> None:
    _set_text(_append(parent, namespace, name), None, text)
