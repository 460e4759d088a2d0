"""Where every random number of the model comes from: its key, purpose, quarter, and how many uniforms it takes."""

from __future__ import annotations

from dataclasses import dataclass

from wutong.experiments.documents.markdown import code, table
from wutong.model.draws import Purpose

NOW, FIXED, WITHIN = "t", "0", "1"  # the quarter that is simulated, none, and the second draw of an initial firm's age


@dataclass(frozen=True)
class Use:
    """One place where the model draws: the key and quarter of the address, and whether one uniform is taken or two."""

    purpose: Purpose
    key: str
    quarter: str
    uniforms: int
    what: str


P = Purpose
USES = (
    Use(P.ASSUMPTION, "world, named after the assumption", FIXED, 1, "the quantile of an assumption (7.10)"),
    Use(P.ACCEPTANCE, "candidate", FIXED, 1, "a candidate signs where it lies below its chance"),
    Use(P.ENTRY, "cell", NOW, 1, "Poisson number of generic entrants"),
    Use(P.ENTRANT, "cell", NOW, 1, "their keys, in order"),
    Use(P.RESISTANCE, "partner", FIXED, 2, "first its segment, then its resistance −ln(1 − u)"),
    Use(P.LANDING, "partner", FIXED, 2, "first it lands here, then it was brought by its anchor"),
    Use(P.OPENING, "project; laboratory", FIXED, 1, "luck of a project; a laboratory opens where it lies below its share"),
    Use(P.LAG, "project", FIXED, 2, "time from signing to opening, gamma"),
    Use(P.LAG, "named anchor with a declared opening", FIXED, 1, "its overrun, exponential"),
    Use(P.INVESTMENT, "project", FIXED, 2, "investment, lognormal"),
    Use(P.CANDIDATES, "world", NOW, 1, "Poisson number of candidates for new anchors"),
    Use(P.CANDIDATE, "world", NOW, 1, "their keys, in order"),
    Use(P.CANDIDATE_SEGMENT, "candidate; project signed before the start", FIXED, 1, "its segment, by weights"),
    Use(P.SIZE, "entrant; initial firm", FIXED, 2, "staff, lognormal"),
    Use(P.QUALITY, "entrant; project; initial firm", FIXED, 2, "quality, lognormal"),
    Use(P.AGE, "initial firm", FIXED, 1, "band of ages; the same bits are the key of the next"),
    Use(P.AGE, "bits of the draw before", WITHIN, 1, "age within the band"),
    Use(P.LIFE, "firm", FIXED, 1, "life, exponential"),
    Use(P.SPIN_OFF, "firm", FIXED, 1, "exposure to its first spin-off, exponential"),
    Use(P.SPIN_OFF, "parent", NOW, 2, "first the exposure to its next spin-off −ln(1 − u), then this one stays"),
    Use(P.GROWTH, "firm", NOW, 1, "Laplace shock of the firm's year"),
    Use(P.COMMON_SHOCK, "world", NOW, 2, "swing of the year, of the whole park"),
    Use(P.SEGMENT_SHOCK, "cell", NOW, 2, "swing of the year, of the segment"),
    Use(P.POOL_SHOCK, "cell of the industry's first segment", NOW, 2, "swing of the year, of the firms that look for a site"),
    Use(P.ZONE, "initial firm", FIXED, 1, "zone, by the zones' shares"),
    Use(P.ZONE, "newcomer", NOW, 1, "zone, by free floor"),
    Use(P.NAMES_BUYER, "initial firm", FIXED, 1, "it names a buyer"),
    Use(P.NAMES_BUYER, "project that opens", FIXED, 2, "first it names a buyer, then which"),
    Use(P.BUYER, "initial firm", FIXED, 1, "which buyer it names"),
    Use(P.LAB_START, "laboratory", NOW, 1, "Poisson number of research projects begun"),
    Use(P.LAB_START, "laboratory and quarter before the start", FIXED, 1, "the same, before the start"),
    Use(P.LAB_PROJECT, "laboratory", NOW, 1, "their keys, in order"),
    Use(P.LAB_PROJECT, "laboratory and quarter before the start", FIXED, 1, "the same, before the start"),
    Use(P.STAGE_TIME, "research project and stage", FIXED, 2, "duration of the stage, gamma"),
    Use(P.STAGE_PASS, "research project and stage", FIXED, 1, "it passes where it lies below the pass rate"),
    Use(P.LAB_SPIN_OFF, "laboratory", NOW, 1, "Poisson number of start-ups that stay"),
    Use(P.LAB_CHILD, "laboratory", NOW, 1, "their keys, in order"),
    Use(P.LAB_FIELD, "start-up", FIXED, 1, "its segment, by the laboratory's fields"),
    Use(P.FUNDED, "cell", NOW, 1, "Poisson number of spin-offs that levers add"),
    Use(P.FUNDED_FOUNDER, "cell", NOW, 1, "their keys, in order"),
    Use(P.TIE_BREAK, "newcomer", NOW, 1, "place in the queue of its zone and channel: its 64 bits, the smaller first"),
    Use(P.PARTNERS, "anchor", FIXED, 1, "keys of its partners, in order"),
    Use(P.CHILD, "parent", NOW, 1, "the 64 bits are the key of the spin-off"),
)
NAMES = (  # of assumptions whose address is a name: key, what is drawn
    ("firms.<industry>", "attempt", "firms of each segment at the start, rounded"),
    ("staff.<industry>", "attempt", "staff of each segment at the start"),
    ("revenue_per_head.<industry>", "attempt", "revenue a head of each segment at the start"),
    ("jobs.<anchor>", "attempt", "staff of an anchor that operates at the start"),
    ("revenue.<anchor>", "attempt", "revenue of an anchor that operates at the start"),
    ("growth.<industry>", "world", "growth of outside demand of each segment"),
    ("productivity_growth.<industry>", "world", "growth of revenue a head"),
    ("value_added_share.<industry>", "world", "value-added share of each segment"),
    ("localisable_share.<industry>", "world", "localisable share of each segment"),
    ("local_capacity_share.<industry>", "world", "local capacity share of each segment"),
    ("entry.<industry>", "world", "entrants a year of each segment"),
    ("pool_trend.<industry>", "world", "trend of the outside pool"),
    ("partners.<kind>", "world", "partners of an anchor of the kind"),
    ("project_investment", "world", "mean contract of the ordinary projects"),
    ("investment.<anchor>", "world", "contract of a named anchor"),
    ("revenue", "named anchor", "full output of an anchor that does not operate yet"),
    ("jobs", "named anchor", "its staff at full output"),
    ("opening_share", "named anchor", "its opening share"),
    ("budget.<lab>", "world", "operating money of a laboratory"),
    ("lab_opening_share.<lab>", "world", "chance that a laboratory to come opens"),
    ("zone_share.<zone>", "world", "share of a zone in the floor of its kinds"),
    ("occupancy.<zone>", "world", "occupancy of a zone at the start"),
    ("floor.<zone>", "world", "known floor of a zone at the start"),
    ("shock.demand.<shock>", "world", "what a shock does to outside demand"),
    ("shock.entry.<shock>", "world", "what a shock does to the firms looking for a site"),
    ("<rule>.<parameter>", "world", "a parameter of 7.10 with a draw of its own"),
    ("posteriors/<file>", "world", "the row of a posterior, for all of its parameters"),
)


def draw_table() -> str:
    """Every draw of a run, by its purpose; numbers that were given and serve no longer stand at the end."""
    rows = [(str(int(u.purpose)), _name(u.purpose), u.key, u.quarter, str(u.uniforms), u.what) for u in USES]
    spare = (p for p in Purpose if p not in {u.purpose for u in USES})
    rows += [(str(int(p)), _name(p), "–", "–", "–", "not in use") for p in spare]
    return table(("No.", "Purpose", "Key", "Quarter", "Uniforms", "What it decides"), rows)


def _name(purpose: Purpose) -> str:
    return purpose.name.lower().replace("_", " ")


def name_table() -> str:
    """Addresses of the assumptions of the park and of the rules."""
    return table(("Name", "Key", "What is drawn"), ((code(name), key, what) for name, key, what in NAMES))
