"""Characters of a Chinese keyboard, or of a paste from Word and Excel, that look like ASCII and are not."""

from __future__ import annotations

import re
import unicodedata

COLON = "\uff1a"
SPACES = "\u00a0\u2007\u202f\u3000"
UNSEEN = "\u0080-\u009f\u00ad\u200b-\u200f\u2028\u2029\u2060\ufeff"
QUOTES = "\u201c\u201d\u2018\u2019\u300c\u300d\uff02\uff07"
BRACKETS = "\uff3b\uff3d\uff5b\uff5d\u3010\u3011"
HIDDEN = re.compile(f"^[{SPACES}]|[{SPACES}]$|[{UNSEEN}]")
WIDE = re.compile(f"[\uff01-\uff5e\u3001\u3002\u3010\u3011{SPACES}\u2212\u2013\u2014]")
LOOKS = str.maketrans({
    "\u3001": ",", "\u3002": ".", "\u3010": "[", "\u3011": "]", "\u2212": "-", "\u2013": "-", "\u2014": "-",
    **dict.fromkeys(SPACES, " "),
})  # fmt: skip


def narrow(text: str) -> str:
    """The text with every full-width character and odd space or dash as its ASCII look-alike."""
    return WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0].translate(LOOKS)), text)


def is_wide(text: str) -> bool:
    """Whether the text holds a character that :func:`narrow` would replace."""
    return WIDE.search(text) is not None


def meant(text: str) -> str:
    """The text without odd spaces around it, unseen characters in it and curly quotes about it."""
    return re.sub(f"[{UNSEEN}]", "", text).strip(SPACES + " ").strip(QUOTES)


def name_of(character: str) -> str:
    """Code point and name of a character that cannot be seen."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '').lower()}".strip()
