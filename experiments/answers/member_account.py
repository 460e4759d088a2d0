"""The public purse and one anchor or lab: what was paid to it, what tax goes back to it, what could be claimed back.

By name, not by the worlds without it: the tax of the firms that go back to it, beyond what they paid at the start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers.benefit_ratios import Payback, payback
from wutong.experiments.answers.both_accounts import Attribution
from wutong.experiments.answers.drawn import drawn
from wutong.experiments.answers.money import present_value
from wutong.model.facts import Floats
from wutong.model.scenario import Anchor
from wutong.model.units import QUARTERS_PER_YEAR


@dataclass(frozen=True)
class MemberAccount:
    """Money of one anchor or lab, of shape (n_quarters + 1, n_pairs) each.

    Attributes
    ----------
    local_tax : that the zone keeps, beyond that of the start [亿元/year]
    support : [亿元/year]
    summed : balance so far [亿元]
    clawback : paid so far to an anchor itself that does not operate: not opened, cancelled or closed; 0 for a lab [亿元]
    """

    local_tax: Floats
    support: Floats
    summed: Floats
    clawback: Floats

    @property
    def balance(self) -> Floats:
        return self.local_tax - self.support

    @property
    def present_value(self) -> Floats:
        """Worth of the balance at the start, of shape (n_pairs,) [亿元]."""
        return present_value(self.balance)


def account_of(one: Attribution) -> MemberAccount:
    """The account of an anchor or lab: value added by lineage times the tax share of each world, less support."""
    known = drawn(one.present.cases)
    share = known.parameter("accounts.tax_share") * known.parameter("accounts.local_tax_share")
    tax = (one.value_added - one.value_added[0]) * share
    support = np.diff(one.support, axis=0, prepend=one.support[:1]) * QUARTERS_PER_YEAR
    summed = np.cumsum((tax - support) / QUARTERS_PER_YEAR, axis=0)
    return MemberAccount(tax, support, summed, _clawback(one))


def payback_of(one: Attribution, account: MemberAccount) -> Payback | None:
    """When the account is back at zero for good; None where nothing was paid."""
    return payback(one.present, account.balance) if account.support.any() else None


def _clawback(one: Attribution) -> Floats:
    own = one.accounts["firms"].own
    if not isinstance(one.member, Anchor):
        return np.zeros_like(own)
    paid = np.cumsum(one.present.total("anchor_support", (one.member.key,)), axis=0) / QUARTERS_PER_YEAR
    return np.asarray(np.where(own > 0.0, 0.0, paid))
