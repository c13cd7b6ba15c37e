"""Notifications: the mails that follow from events. No other room imports this one."""
