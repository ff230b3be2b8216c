"""A practice job interview about a job that the candidate names."""
