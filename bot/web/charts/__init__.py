"""Charts as pictures, drawn by a process of their own that ends when it has nothing to do.

Drawing takes 80 MB and holds Python's lock for a tenth of a second, so it never happens where presses are answered.
"""
