"""Rebuild the shipped typeface: a subset of Noto Sans SC Regular, renamed so that no installed font is taken for it.

    python rebuild.py NotoSansSC_400Regular.ttf

The full static TrueType file stands in the npm package @expo-google-fonts/noto-sans-sc (SIL Open Font License 1.1, OFL.txt).
Needs fonttools.  Kept are GB 2312 level 1, ASCII, Latin-1, Greek, punctuation, full-width forms, characters common in the
names of places and firms, and every character in the project's own texts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
FAMILY, FILE = "Wutong Sans SC", "WutongSansSC-Regular.ttf"
TEXTS = (".py", ".yaml", ".md", ".csv", ".html", ".json", ".toml")
FOLDERS = ("model", "experiments", "scenarios", "docs", "tests")
BLOCKS = (  # first and last code point, inclusive
    (0x20, 0x7E), (0xA0, 0xFF), (0x370, 0x3FF), (0x2000, 0x206F), (0x20A0, 0x20BF), (0x2150, 0x218B), (0x2190, 0x2193),
    (0x2460, 0x2473), (0x25A0, 0x25CF), (0x3000, 0x303F), (0xFF00, 0xFFEF),
)  # fmt: skip
SIGNS = "−±×÷≈≠≤≥∞√∑·℃‰㎡㎞"
NAMES = (  # beyond level 1, common in the names of firms and of places in and around Chongqing
    "綦璧涪黔潼垫酉秀彭忠奉巫梁铜荣潢濮亳衢鄞邕邛郫郓郯渑溧浏涞泸泗沅沭汕淄淮漯睢砀莒莆莘蓟虢訾邹邳阆隰鄢"
    "鑫淼焱垚昊晟晖晔煜炜烨焜熠琪瑞琛瑾瑜璟璐珑玥珺睿祺禧禹骏骐骥骁麒麟鲲鹏鸿鹭隽锐铭铄钰钜铖铠锃镒霖霏霆彧彤彦徕忻怡恺悦惟慧"
    "翀翊翎翡翮芮芯茂茜莱菁菏萱葆蓓蔚薇藜蘅嘉喆囍佰仟侑俪俊儒兢冀凇凯勐卓厦叁噜圳坤垣埃堃塬墨奕奥妍姝婕孚宸宥寰尧屹岚岑岱"
    "峥崧嵘嵩巍庾廷弈弘捷擎攀敖斓旌旭旻昀昕昱晏晗晞曜曦朔栎桁梓梵棣棠椿楠榕榭槐樾橼櫆欣歆沁沃泓泽洵洺浚浩涵淇淳渝湃湘溢滢滦潇澄"
    "澎澜濠灏燊爱犇珂珈珞珩瑶璀璞璧瓯甬畅皓盈睦瞻硕碁祎祥禄稷竑笙筑箐簧粤绮缇羿耘聚臻舜舸芃苒茗荟荻菱蒽蕴薮虞蜀衡裕谦谧赣赟"
    "轩轶辕辰迦迪逸遨邦郅鄂酚锂锗镓铟铌钽钇钪铼铱钌镥锝氘氚氦氪肽酶醛酯醇酮胺腺苷嘌呤嘧啶羧炔烯烷苯萘蒽"
)


def wanted_characters() -> set[int]:
    """Code points that the subset must hold."""
    level_one = (bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    blocks = {code for first, last in BLOCKS for code in range(first, last + 1)}
    return blocks | {ord(c) for text in (*level_one, SIGNS, NAMES, *project_texts()) for c in text}


def project_texts() -> Iterator[str]:
    """The project's own texts, where a picture's words come from."""
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in TEXTS and path.is_file():
                yield path.read_text(encoding="utf-8", errors="ignore")


def build(full: Path) -> Path:
    """Write the subset beside this file and return its path."""
    font = TTFont(full, recalcTimestamp=False)
    options = subset.Options(hinting=False, layout_features=["kern"], name_languages=[0x409], notdef_outline=True)
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "gasp"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    for number, text in ((1, FAMILY), (3, f"{FAMILY} Regular"), (4, f"{FAMILY} Regular"), (6, "WutongSansSC-Regular")):
        font["name"].setName(text, number, 3, 1, 0x409)
    font.save(HERE / FILE)
    return HERE / FILE


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    written = build(Path(sys.argv[1]))
    print(f"{written}: {written.stat().st_size:,} bytes")
