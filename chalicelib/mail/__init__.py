"""What a mail says: bytes to `InboundMail`, `OutboundMail` to bytes. Pure; no clock, no network, no store.

`read` is the way in, `write` and `notices` the way out, `threading` tells which ticket a mail talks about.
"""
