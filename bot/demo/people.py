"""The workspace's seeded people in riskbot's roles, so that every approval finds somebody to ask."""

ADMINS = ("alice@sandbox.example",)

#: Every tier of the shipped policies has two people or more: whoever asks, somebody else may answer.
ROLES = {
    "on_call": ("@oncall",),
    "tech_leads": ("@tech-leads",),
    "managers": ("@eng-managers",),
    "tech_lead": ("alice@sandbox.example",),
    "architect": ("bo@sandbox.example",),
    "security_lead": ("carol@sandbox.example",),
    "engineering_manager": ("dave@sandbox.example",),
    "product_manager": ("erin@sandbox.example",),
    "cto": ("frank@sandbox.example",),
    "vp_engineering": ("grace@sandbox.example",),
    "break_glass": ("grace@sandbox.example",),
}
