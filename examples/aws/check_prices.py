"""Whether prices.json is whole, and what it says: prints the cost of each router per million requests and per month."""
import datetime
import json
import pathlib
import sys


def cost(items, parts):
    return sum(items[part["id"]]["price"] * part["quantity"] for part in parts)


def main():
    prices = json.loads(pathlib.Path(sys.argv[1]).read_text())
    items = {item["id"]: item for item in prices["items"]}
    faults = []
    if datetime.date.fromisoformat(prices["as_of"]) < datetime.date(2026, 1, 1) or prices["currency"] != "USD":
        faults.append("as_of or currency")
    if len(items) != len(prices["items"]):
        faults.append("an id is there twice")
    faults += [i["id"] for i in items.values() if not 0 < i["price"] < 1000 or i["basis"] not in ("read", "recalled") or not i["per"]]
    if not any("NAT" in o for o in prices["omissions"]) or not any("Multi-AZ" in o for o in prices["omissions"]):
        faults.append("the known omissions are not named")
    systems = {**prices["routers"], **prices["origins"]}
    faults += [f"{name}: {part['id']} is no item" for name, system in systems.items()
               for use in ("per_million_requests", "per_million_misses", "monthly")
               for part in system.get(use, []) if part["id"] not in items]
    for name, router in prices["routers"].items():
        million, month = cost(items, router["per_million_requests"]), cost(items, router["monthly"])
        print(f"{name}: {million:.2f} {prices['currency']} per million requests and {month:.2f} a month")
    function = prices["routers"]["cloudfront-function"]
    if abs(cost(items, function["per_million_requests"]) - 0.23) > 1e-9:
        faults.append("two invocations at 0.10 and one read at 0.03 are 0.23 per million requests")
    print("\n".join(f"FAULT {f}" for f in faults) or "prices: no faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
