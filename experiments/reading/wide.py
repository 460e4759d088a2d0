"""Characters of a Chinese keyboard, or of a paste from Word and Excel, that look like ASCII and are not."""

from __future__ import annotations

import re
import unicodedata

COLON = "\uff1a"
SPACES = "\u00a0\u2007\u202f\u3000"
CONTROLS = (  # a terminal acts on them, they turn a line around, or no file can hold them
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
)
UNSEEN = f"{CONTROLS}\u00ad\u200b-\u200d\u2060"
QUOTES = "\u201c\u201d\u2018\u2019\u300c\u300d\uff02\uff07"
BRACKETS = "\uff3b\uff3d\uff5b\uff5d\u3010\u3011"
CONTROL = re.compile(f"[{CONTROLS}]")
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


def visible(text: str) -> str:
    """The text with every character spelt out that a terminal would act on: a title or a file name stays on its line."""
    return re.sub(f"[{CONTROLS}\t\n]", _spelt, text)


def harmless(text: str) -> str:
    """As :func:`visible`, of a text of several lines."""
    return CONTROL.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    """A character as its code; a byte that is no UTF-8, which Python keeps as half a character, as that byte."""
    code = ord(found[0])
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return f"\\x{byte:02x}" if byte < 0x100 else f"\\u{byte:04x}"


def name_of(character: str) -> str:
    """Code point and name of a character that cannot be seen."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '').lower()}".strip()
