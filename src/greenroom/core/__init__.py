"""Every rule of the product, pure: no I/O, no clock, no randomness. Time, ids and random numbers are handed in."""
