"""A university's rights by department through the API."""

from tests.miniapp_api.conftest import Phone


def test_departments_are_listed_filtered_and_reduced_at_once(phone: Phone) -> None:
    patent = {"patent_kind": "invention", "filed_on": "2021-05-06", "inventors": ["王某"]}
    rights = [
        {"number": "CN111000001B", "department": "材料学院", **patent},
        {"number": "CN111000002B", "department": "材料学院", **patent},
        {"number": "CN111000003B", **patent},
    ]
    added = phone.post("/custody-rights", {"rights": rights}).get_json()["added"]
    assert (added[0]["department"], added[0]["inventors"]) == ("材料学院", ["王某"])

    found = phone.get("/custody-workspace").get_json()["items"]
    assert [(each["name"], each["patents"], each["reduced"]) for each in found] == [("材料学院", 2, 0), ("", 1, 0)]
    body = {"department": "材料学院", "reduction": "single"}
    assert phone.put("/custody-workspace/reductions", body).get_json() == {"changed": 2, "same": 0, "refused": 0}
    after = phone.get("/custody-workspace").get_json()["items"][0]
    assert after["reduced"] == 2 and after["cost_fen"] < found[0]["cost_fen"]
    for name, count in (("材料学院", 2), ("", 1)):
        assert phone.get("/custody-rights", department=name).get_json()["total"] == count
    moved = phone.put(f"/custody-rights/{added[2]['id']}", {"version": 1, "department": "材料学院"})
    assert moved.get_json()["department"] == "材料学院"
    assert phone.get("/custody-rights", department="").get_json()["total"] == 0
