"""Cost controls: proposed or started by what is seen of spend, started and ended by people, over by themselves."""
