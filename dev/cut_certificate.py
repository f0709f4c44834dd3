"""Cut the certificate's font out of Noto Sans CJK SC (data/fonts/README.md); needs fonttools, which nothing else does.

python -m dev.cut_certificate NotoSansCJK-Regular.ttc data/fonts/certificate.ttf
"""

import sys
from importlib import import_module
from typing import Any

from services.training.certificates import can_print

# Of the collection's fonts the one for simplified Chinese.
SIMPLIFIED = 2
NAMES = {1: "ZhiQiao Certificate", 2: "Regular", 4: "ZhiQiao Certificate", 6: "ZhiQiaoCertificate"}
# Licence, copyright and vendor stay as they are.
KEPT_NAMES = (0, 5, 8, 9, 11, 13, 14)
# How far a converted outline may lie beside the drawn one, in thousandths of the letter's height.
MOST_OFF = 0.8
TRUETYPE = "\x00\x01\x00\x00"


def main(source: str, target: str) -> None:
    subset, ttlib = import_module("fontTools.subset"), import_module("fontTools.ttLib")
    font = ttlib.TTFont(source, fontNumber=SIMPLIFIED, lazy=True)
    codes = [code for code in font.getBestCmap() if code < 0x10000 and can_print(chr(code))]
    options = subset.Options(
        hinting=False, desubroutinize=True, layout_features=[], name_IDs=[*NAMES, *KEPT_NAMES], notdef_outline=True,
        drop_tables=["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    _convert(font, ttlib)
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
    font.save(target)
    print(f"{len(codes)} letters")


def _convert(font: Any, ttlib: Any) -> None:
    """Cubic outlines into quadratic ones."""
    pens, cu2qu = import_module("fontTools.pens.ttGlyphPen"), import_module("fontTools.pens.cu2quPen")
    glyphs, order = font.getGlyphSet(), font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = pens.TTGlyphPen(glyphs)
        glyphs[name].draw(cu2qu.Cu2QuPen(pen, MOST_OFF, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], glyf = ttlib.newTable("loca"), ttlib.newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, drawn
    font["glyf"] = glyf
    widths = font["hmtx"].metrics
    for glyph in drawn.values():
        glyph.recalcBounds(glyf)
    # Where a letter begins in its room is told here, too: without it readers push every letter to the left.
    font["hmtx"].metrics = {name: (widths[name][0], getattr(drawn[name], "xMin", 0)) for name in order}
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs"):
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    for field in ("maxStackElements", "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth"):
        setattr(maxp, field, 0)
    post = font["post"]
    # Without names of glyphs: nobody asks for them, and they are large.
    post.formatType = 3.0
    del font["CFF "]
    font.sfntVersion = TRUETYPE


if __name__ == "__main__":
    main(*sys.argv[1:])
