"""Documents written from the code: the model's description (ODD), the README and the JSON Schemas of the scenarios, the tables of
end states, the picture of the pattern.
"""
