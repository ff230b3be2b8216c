"""What keeps live sessions going: runners, the audio bridge, the recorder, the observer feed, deadlines, limits."""
