"""The state at the start: totals drawn within their ranges until the constraints are met, then firms, anchors, labs, projects."""
