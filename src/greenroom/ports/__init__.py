"""What a plug-in must offer. A port ships with two implementations at least and one contract suite for both."""
