"""What organisations say of themselves to the rooms below: their part of everything held about a person."""

from consult.accounts import personal_data
from consult.organisations.queries import decisions_by, invitations_by, memberships_of

personal_data.register("member", memberships_of)
personal_data.register("invitation", invitations_by)
personal_data.register("organisation", decisions_by)
