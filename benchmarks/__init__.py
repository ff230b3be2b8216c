"""What the program is measured by. `python -m benchmarks` prints every figure; see docs/performance.md."""
