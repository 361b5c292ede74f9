"""The parts of scripts/bench_cold.py."""
