"""What a page and a phone do, for programs: used by the commands, the benchmarks and the tests.

It knows the public interface of a server and nothing of what is behind it.
"""
