"""The risk engine at work: windows are read, rules are judged, and what they find becomes alerts."""
