"""What was judged, in the forms in which others read it.

Each form is a pure function from a :class:`~ringwall.posture.reports.report.Report` to text.
"""
