"""The pages of mails: what one follows, what one refuses, what was sent, and the demo's mailbox."""
