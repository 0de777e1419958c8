/* A libpcsclite that does nothing: what a call costs above it is the caller's. */
#include <string.h>

typedef unsigned long DWORD;
#define NOTHING(name) long name(void) { return 0; }

static const char reader[] = "Do Nothing 00 00\0";

long SCardEstablishContext(DWORD scope, const void *a, const void *b, long *context)
{
    (void)scope, (void)a, (void)b;
    *context = 1;
    return 0;
}

long SCardListReaders(long context, const char *groups, char *readers, DWORD *length)
{
    (void)context, (void)groups;
    if (readers)
        memcpy(readers, reader, sizeof reader);
    *length = sizeof reader;
    return 0;
}

long SCardConnect(long context, const char *name, DWORD mode, DWORD protocols, long *card, DWORD *protocol)
{
    (void)context, (void)name, (void)mode, (void)protocols;
    *card = 1;
    *protocol = 2;
    return 0;
}

long SCardReconnect(long card, DWORD mode, DWORD protocols, DWORD initialization, DWORD *protocol)
{
    (void)card, (void)mode, (void)protocols, (void)initialization;
    *protocol = 2;
    return 0;
}

long SCardStatus(long card, char *name, DWORD *name_length, DWORD *state, DWORD *protocol, unsigned char *atr, DWORD *atr_length)
{
    (void)card;
    if (name && name_length)
        memcpy(name, reader, sizeof reader);
    if (name_length)
        *name_length = sizeof reader;
    if (state)
        *state = 0x34;
    if (protocol)
        *protocol = 2;
    if (atr && atr_length)
        memcpy(atr, "\x3B\x00", 2);
    if (atr_length)
        *atr_length = 2;
    return 0;
}

long SCardTransmit(long card, const void *send_pci, const unsigned char *command, DWORD length, void *receive_pci, unsigned char *response, DWORD *response_length)
{
    (void)card, (void)send_pci, (void)command, (void)length, (void)receive_pci;
    response[0] = 0x90;
    response[1] = 0;
    *response_length = 2;
    return 0;
}

NOTHING(SCardReleaseContext)
NOTHING(SCardIsValidContext)
NOTHING(SCardDisconnect)
NOTHING(SCardBeginTransaction)
NOTHING(SCardEndTransaction)
NOTHING(SCardGetStatusChange)
NOTHING(SCardControl)
NOTHING(SCardListReaderGroups)
NOTHING(SCardFreeMemory)
NOTHING(SCardCancel)
NOTHING(SCardGetAttrib)
NOTHING(SCardSetAttrib)

const char *pcsc_stringify_error(long code)
{
    (void)code;
    return "nothing";
}
