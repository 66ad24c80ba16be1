"""Writes an .ico that holds PNG pictures: `ico.py OUT PNG…` (format: ICONDIR with PNG entries)."""

import struct
import sys

out, names = sys.argv[1], sys.argv[2:]
pictures = [open(name, "rb").read() for name in names]
offset = 6 + 16 * len(pictures)
header = struct.pack("<HHH", 0, 1, len(pictures))
for picture in pictures:
    width, height = struct.unpack(">II", picture[16:24])
    header += struct.pack("<BBBBHHII", width % 256, height % 256, 0, 0, 1, 32, len(picture), offset)
    offset += len(picture)
with open(out, "wb") as file:
    file.write(header + b"".join(pictures))
