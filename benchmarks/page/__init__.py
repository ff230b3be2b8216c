"""The page: how large, how soon, how steady, and how quick in a conversation."""
