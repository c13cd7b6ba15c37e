"""The verbs that write votes, supports and tallies."""

from consult.votes.actions.supporting import give_support, withdraw_support
from consult.votes.actions.tallying import record_tally
from consult.votes.actions.voting import cast_vote, withdraw_vote

__all__ = ["cast_vote", "give_support", "record_tally", "withdraw_support", "withdraw_vote"]
