"""A process that is forked while its parent has a card for itself, in a transaction."""

import ctypes
import os
import signal

READER = b"Simulated Reader 00 00"
SHARED, EXCLUSIVE = 2, 1

pcsc = ctypes.CDLL("libpcsclite.so.1")


def code(result):
    return "%08X" % (result & 0xFFFFFFFF)


def establish():
    context = ctypes.c_long()
    print("establish", code(pcsc.SCardEstablishContext(2, None, None, ctypes.byref(context))))
    return context


def connect(context, mode):
    card, protocol = ctypes.c_long(), ctypes.c_ulong()
    print("connect", code(pcsc.SCardConnect(context, READER, mode, 3, ctypes.byref(card), ctypes.byref(protocol))))
    return card


def forked(run):
    """Runs this in a forked process, to its end."""
    print(flush=True)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        run()
        print(flush=True)
        os._exit(0)
    print("ended", os.waitpid(child, 0)[1])


def use():
    card = connect(establish(), EXCLUSIVE)
    print("begin", code(pcsc.SCardBeginTransaction(card)))
    return card


def grandchild():
    use()


def child():
    use()
    forked(grandchild)


card = use()
forked(child)
connect(establish(), SHARED)
print("end", code(pcsc.SCardEndTransaction(card, 0)), code(pcsc.SCardDisconnect(card, 0)))
