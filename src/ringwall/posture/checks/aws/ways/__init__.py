"""What the internet comes to in an account, and what stands behind it, kind by kind.

Each file tells of one kind of front: who is let in, and where that leads. What is running stands as
:class:`Open`, a step between two places as :class:`Hop`. What may not be read makes a step one that
may be; where it is not even known which steps there would be, that is noted as *blind*.
"""
