"""What a Python program does with pyscard; prints a line for each step.

The first argument is the name of a reader with the demonstration card; the second, where given, that of one that gets
its card later and loses it again.
"""

import sys
import threading

from smartcard.CardConnection import CardConnection
from smartcard.CardMonitoring import CardMonitor, CardObserver
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.Exceptions import SmartcardException
from smartcard.scard import SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD
from smartcard.Session import Session
from smartcard.System import readers
from smartcard.util import toHexString

DEADLINE = 30
SELECT = [0x00, 0xA4, 0x04, 0x00, 0x09] + list(b"\xf0PCSC-SIM")


def step(what, value):
    print(f"{what}: {value}", flush=True)


def answer(data, sw1, sw2):
    return f"{toHexString(data)} {sw1:02X}{sw2:02X}".strip()


def drive(name):
    session = Session(name)
    step("session", session)
    step("ATR", toHexString(session.getATR()))
    step("SELECT", answer(*session.sendCommandAPDU(SELECT)))
    step("READ BINARY", answer(*session.sendCommandAPDU([0x00, 0xB0, 0x81, 0x00, 0x05])))
    step("VERIFY", answer(*session.sendCommandAPDU([0x00, 0x20, 0x00, 0x81, 0x04, 1, 2, 3, 4])))
    session.close()

    service = CardRequest(timeout=DEADLINE, readers=[name], cardType=AnyCardType()).waitforcard()
    service.connection.connect(CardConnection.T1_protocol)
    step("CardRequest", toHexString(service.connection.getATR()))
    step("protocol", service.connection.getProtocol() == CardConnection.T1_protocol)
    service.connection.disconnect()


def watch(name):
    class Watcher(CardObserver):
        inserted = threading.Event()
        removed = threading.Event()

        def update(self, observable, actions):
            added, gone = actions
            if any(card.reader == name for card in added):
                self.inserted.set()
            if any(card.reader == name for card in gone):
                self.removed.set()

    monitor, watcher = CardMonitor(), Watcher()
    monitor.addObserver(watcher)
    step("CardMonitor, inserted", watcher.inserted.wait(DEADLINE))
    step("CardMonitor, removed", watcher.removed.wait(DEADLINE))
    monitor.deleteObserver(watcher)


def new_card(name):
    """The answer to reset of a card that comes; one that has gone again before it could be read is not counted."""
    while True:
        service = CardRequest(timeout=DEADLINE, readers=[name], newcardonly=True).waitforcard()
        try:
            service.connection.connect()
            atr = toHexString(service.connection.getATR())
            service.connection.disconnect()
            return atr
        except SmartcardException as error:
            if error.hresult not in (SCARD_E_NO_SMARTCARD, SCARD_W_REMOVED_CARD):
                raise


step("readers", [str(reader) for reader in readers()])
drive(sys.argv[1])
if len(sys.argv) > 2:
    step("new card", new_card(sys.argv[2]))
    watch(sys.argv[2])
