"""The buttons by which people vote and support."""

from wtforms.fields import HiddenField, StringField

from consult.web.forms import Form


class VoteForm(Form):
    """Agree, mixed, disagree, or none to take one's vote back; ``revision`` is the wording on the page."""

    choice = StringField()
    revision = HiddenField()


class SupportForm(Form):
    """Yes to support, no to take it back."""

    support = StringField()
