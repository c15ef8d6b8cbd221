"""Orders: keeps price, stock and every order; tells what changes as it changes. Calls billing.

An order's life: ``pending`` (kept, not charged yet) becomes ``paid`` or ``declined``; ``paid``
becomes ``delivered``, or ``cancelling`` (refund not confirmed yet) and then ``cancelled``.
"""
