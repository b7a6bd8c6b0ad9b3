"""Use cases: one function per verb, one transaction each. They ask riskengine and write once."""
