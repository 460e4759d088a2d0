"""Which language the command line speaks: what ``--lang`` says, else what the locale says."""

from __future__ import annotations

import enum
import os
from collections.abc import Mapping

from wutong.model.facts import Label


class Language(enum.StrEnum):
    ZH = "zh"
    EN = "en"


def of_locale(environment: Mapping[str, str]) -> Language:
    """Chinese if the first of LC_ALL, LC_MESSAGES, LANG that is set says so, else English."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


LOCALE = of_locale(os.environ)


def told(zh: str, en: str, language: Language = LOCALE) -> str:
    """One of two texts, by default in the language of the locale."""
    return Label(zh, en).in_language(language)
