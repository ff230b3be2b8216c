"""What can be practised: a folder each, with its form and its questions, and one planner for all of them."""
