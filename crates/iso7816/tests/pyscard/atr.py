"""Says what Debian's python3-pyscard makes of each ATR on standard input, one line of hexadecimal digits each.

Answers one line each: protocols in order, the verdict on TCK ("none", "right" or "wrong") and the historical bytes, or
"refused" where the class ATR raises an exception.
"""

import sys

from smartcard.ATR import ATR

for line in sys.stdin:
    try:
        atr = ATR(list(bytes.fromhex(line)))
    except Exception:
        print("refused")
        continue
    protocols = ",".join(protocol.removeprefix("T=") for protocol in atr.getSupportedProtocols())
    tck = "none" if not atr.hasChecksum else "right" if atr.checksumOK else "wrong"
    print(protocols, tck, bytes(atr.getHistoricalBytes()).hex().upper(), sep=";")
