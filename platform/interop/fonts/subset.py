"""Cuts the embedded letter font out of Noto Serif CJK SC (needs fonttools).

    python3 subset.py /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc

Keeps GB 2312, punctuation and symbols of official letters, and characters that GB 2312 lacks but
names and places often use (extra.txt). Anything else comes from the host's fonts, or is shown as
the missing-character mark. The family is renamed so that it never mixes with a full font on the
host; the licence is OFL-1.1 (OFL.txt).
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
FAMILY = "Linli Serif SC"


def characters():
    wanted = set((HERE / "extra.txt").read_text(encoding="utf-8"))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                pass
    ranges = [(0x20, 0x7F), (0xA0, 0x100), (0x2010, 0x2040), (0x3000, 0x3040),
              (0xFF00, 0xFFF0), (0x2460, 0x2500), (0x3220, 0x3230)]
    for start, end in ranges:
        wanted.update(map(chr, range(start, end)))
    return wanted


def main(source):
    font = TTFont(source, fontNumber=2)
    options = subset.Options()
    options.layout_features = ["ccmp", "locl", "mark", "mkmk"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.hinting = False
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(characters()))
    cutter.subset(font)
    renamed = {1: FAMILY, 3: FAMILY + " 1", 4: FAMILY, 6: "LinliSerifSC-Regular", 16: FAMILY}
    for record in font["name"].names:
        if record.nameID in renamed:
            record.string = renamed[record.nameID]
    top = font["CFF "].cff
    top.fontNames = ["LinliSerifSC-Regular"]
    top[0].FullName = FAMILY
    top[0].FamilyName = FAMILY
    font.save(HERE / "LinliSerifSC-Regular.otf")


if __name__ == "__main__":
    main(sys.argv[1])
