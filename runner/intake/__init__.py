"""Reads a demand as it was received: a mail, a text or a picture, as bytes nobody has vouched for.

Nothing here replies, pays, opens an attachment, follows a link or asks another machine anything: bytes come
in, and a frozen `Demand` of plain JSON values goes out. Whatever it holds was written by a stranger and stays
data; every surface encodes it for itself.
"""
