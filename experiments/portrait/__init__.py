"""One world looked at firm by firm: its ledger, the families in it, and what stands on its sites.

One world is an example of what the model says, and no forecast: every text and picture made from it says so.
"""
