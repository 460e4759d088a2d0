"""Documents written from the code: the model's description (ODD), the tables of end states, the picture of the pattern."""
