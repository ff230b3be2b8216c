"""Difficult customers on the phone: the voice speaks as them, the candidate answers."""
