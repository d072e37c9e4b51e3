"""Hotline: a USSD and SMS line that a woman can dial from a basic phone, and the queue that calls her back."""
