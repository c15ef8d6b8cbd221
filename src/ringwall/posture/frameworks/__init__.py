"""Frameworks of controls, by identifier: what checks support, and what nothing checks.

A check never fulfils a control by itself: it supports it, covers a part of it, or finds out just
what it asks for, where that is one setting alone. Whoever shows a framework shows the controls,
too, that nothing here looks at.
"""
