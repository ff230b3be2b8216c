"""What `greenroom check` proves, one promise a file."""
