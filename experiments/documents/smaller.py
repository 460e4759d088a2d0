"""Pictures for a page: fewer pixels, few colours."""

from __future__ import annotations

import io

from PIL import Image

WIDTH, COLOURS = 1000, 200  # pixels and colours


def smaller(png: bytes) -> bytes:
    """A picture as a small PNG."""
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(whole.height * WIDTH / whole.width)
    fewer = whole.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(
        COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    out = io.BytesIO()
    fewer.save(out, format="PNG", optimize=True)
    return out.getvalue()
