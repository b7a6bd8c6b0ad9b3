"""A pending decision by people: asked tier after tier, decided once, never by a timer.

`policies` is what a request is opened under, `requests` what is stored of it, `eligibility` who may decide, and
`timers`, `decisions`, `changes` and `execution` its transitions: state, facts and `now` in, the state after it out.
"""
