"""Experiments on the model: which cases to run, how to run them, and what to say about the results."""
