"""Use cases of approval requests: one function per verb, each in one transaction of its caller's."""
