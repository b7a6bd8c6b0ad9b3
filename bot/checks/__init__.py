"""What `riskbot check` looks at: one small function a thing, each ending in a line."""
