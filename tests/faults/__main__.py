"""``make faults``: one seeded run, its report, and 1 as the exit code if anything was wrong."""

from __future__ import annotations

import argparse
import sys

from faults.campaign import run_campaign


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(prog="make faults", description="Break a whole system and look at what is left.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--assets", type=int, default=60)
    parser.add_argument("--deadline-s", type=float, default=1200.0)
    asked = parser.parse_args()
    report = run_campaign(seed=asked.seed, kills=asked.kills, assets=asked.assets, deadline_s=asked.deadline_s)
    print(report)
    return int(report.failed)


if __name__ == "__main__":
    sys.exit(main())
