"""What people do in the workspace, delivered to the app, and what they then see."""
