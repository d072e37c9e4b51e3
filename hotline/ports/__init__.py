"""What the service needs of the world: a small Protocol a subject, in a file with the plain data that crosses it.

The stores of a transaction (`store.py`) lie in `calls/` and `desk/`. Times are Unix seconds (UTC) as `int` unless a name says otherwise; ids are 32 hexadecimal
digits; numbers are E.164 with the plus sign. Adapters seal and hash: above this line a number is plain and short-lived, below it never is.
"""
