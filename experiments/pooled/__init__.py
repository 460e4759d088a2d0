"""Priors pooled over the training parks: how parks grow, slow down and swing, from what was seen of many of them."""
