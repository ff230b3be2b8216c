"""Whole interviews in text: simulated candidates of seven kinds over ten jobs, on a clock that is told."""
