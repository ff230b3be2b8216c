"""What can be practised: a folder each, with its form, its questions and its plan."""
