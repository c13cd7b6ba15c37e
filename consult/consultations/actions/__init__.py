"""The verbs that write consultations, and the lock that every writing action below one begins with."""

from consult.consultations.actions.locking import lock_consultation

__all__ = ["lock_consultation"]
