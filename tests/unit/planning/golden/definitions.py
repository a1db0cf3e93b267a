"""The rows of planning-domain section 4, and what its text adds: each has a golden test that bears its name.

`test_<row>_...` in `test_definitions.py`. The conflict types of 6.3 are listed by the product.
"""

DEFINITIONS = (
    "calendar_h",
    "available_h",
    "load_h",
    "outside_h",
    "busy_h",
    "double_booked_h",
    "blocked_idle_h",
    "free_h",
    "utilization_pct",
    "group",
    "share_pct",
    "spread_pp",
    "cv",
    "remaining_work",
    "planned_finish",
    "tardiness_h",
    "tardiness_working_h",
    "wait",
    "rounding",
    "partial_overlap",
    "status",
    "current_order",
    "next_available",
)
