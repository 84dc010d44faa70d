"""``make faults``: one seeded run, its report, and 1 as the exit code if anything was wrong."""

from __future__ import annotations

import argparse
import sys

from faults.campaign import run_campaign
from faults.tour import EVERY_POINT, run_tour


def main() -> int:
    """Run as the command line says."""
    parser = argparse.ArgumentParser(prog="make faults", description="Break a whole system and look at what is left.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=30, help="with --point: how often somebody dies there")
    parser.add_argument("--assets", type=int, default=60)
    parser.add_argument("--point", help="a crash point, several with commas between them, or all")
    parser.add_argument("--deadline-s", type=float, default=1800.0)
    asked = parser.parse_args()
    if asked.point:
        points = EVERY_POINT if asked.point == "all" else tuple(asked.point.split(","))
        report = run_tour(points=points, rounds=asked.kills, deadline_s=asked.deadline_s)
    else:
        report = run_campaign(seed=asked.seed, kills=asked.kills, assets=asked.assets, deadline_s=asked.deadline_s)
    print(report)
    return int(report.failed)


if __name__ == "__main__":
    sys.exit(main())
