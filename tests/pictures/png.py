"""Makes a picture of text small: few colours, by a palette, packed as well as zlib can.

PNG specification, third edition: chunks (5.3), filters (9.2), palettes (11.2.2).
"""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

_HEAD = b"\x89PNG\r\n\x1a\n"
_STEP = 0x11  # sixteen shades of each colour are enough for letters


def smaller(picture: bytes) -> bytes:
    """Return an 8-bit RGB or RGBA PNG, not interlaced, as one of at most 256 colours."""
    chunks = list(_chunks(picture))
    width, height, _, kind, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    channels = {2: 3, 6: 4}[kind]
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    colours: dict[bytes, int] = {}
    rows = []
    for row in _rows(data, width * channels, height, channels):
        pixels = [
            bytes(round(each / _STEP) * _STEP for each in row[at : at + 3])
            for at in range(0, len(row), channels)
        ]
        rows.append(bytes([0, *(colours.setdefault(each, len(colours)) for each in pixels)]))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    packed = zlib.compress(b"".join(rows), 9)
    parts = [(b"IHDR", header), (b"PLTE", b"".join(colours)), (b"IDAT", packed), (b"IEND", b"")]
    return _HEAD + b"".join(_chunk(*each) for each in parts)


def _chunks(picture: bytes):
    at = len(_HEAD)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rows(data: bytes, stride: int, height: int, channels: int):
    above = bytearray(stride)
    for start, end in pairwise(range(0, (stride + 1) * (height + 1), stride + 1)):
        kind, row = data[start], bytearray(data[start + 1 : end])
        for at in range(stride):
            left = row[at - channels] if at >= channels else 0
            corner = above[at - channels] if at >= channels else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 0xFF
        yield row
        above = row


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        distances = [
            (abs(up - corner), 0, left),
            (abs(left - corner), 1, up),
            (abs(left + up - 2 * corner), 2, corner),
        ]
        return min(distances)[2]
    return (0, left, up, (left + up) // 2)[kind]
