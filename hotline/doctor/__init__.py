"""Looks at a line as it is and says what it finds, without a number, a key or a secret: for whoever runs it, and before it goes live."""

from hotline.doctor.finding import Finding, Level
from hotline.doctor.golive import POINTS, Point, ready
from hotline.doctor.line import look

__all__ = ["POINTS", "Finding", "Level", "Point", "look", "ready"]
