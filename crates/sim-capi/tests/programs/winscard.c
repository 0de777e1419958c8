/* A program for Windows, compiled with winscard.h and linked with the import library: functions for text in bytes and in
 * UTF-16, the protocol control information as data, events, memory that the service allocates, and what it does not have.
 * With an argument it changes into that folder first. */
#define _WIN32_WINNT 0x0600
#include <windows.h>
#include <winscard.h>
#include <stdio.h>

static int failures;

static void check(const char *what, LONG code, LONG expected) {
    if (code != expected) {
        failures++;
        printf("%s: %08lX, not %08lX\n", what, (unsigned long)code, (unsigned long)expected);
    }
}

#define OK(call) check(#call, call, SCARD_S_SUCCESS)
#define UNSUPPORTED(call) check(#call, call, SCARD_E_UNSUPPORTED_FEATURE)

static void show(const char *what, const BYTE *bytes, DWORD len) {
    printf("%s", what);
    for (DWORD i = 0; i < len; i++)
        printf(" %02X", bytes[i]);
    printf("\n");
}

static const BYTE SELECT[] = {0x00, 0xA4, 0x04, 0x00, 0x09, 0xF0, 0x50, 0x43,
                              0x53, 0x43, 0x2D, 0x53, 0x49, 0x4D, 0x00};

static void select_by(SCARDHANDLE card, const SCARD_IO_REQUEST *pci) {
    BYTE answer[258];
    DWORD len = sizeof answer;
    OK(SCardTransmit(card, pci, SELECT, sizeof SELECT, NULL, answer, &len));
    show("select", answer, len);
}

static void by_bytes(SCARDCONTEXT context) {
    LPSTR names = NULL, name = NULL;
    LPBYTE atr = NULL, vendor = NULL;
    DWORD len = SCARD_AUTOALLOCATE, atr_len = SCARD_AUTOALLOCATE, vendor_len = SCARD_AUTOALLOCATE, state, protocol;
    OK(SCardListReadersA(context, NULL, (LPSTR)&names, &len));
    printf("first %s\n", names);
    SCARD_READERSTATEA reader = {.szReader = names, .dwCurrentState = SCARD_STATE_UNAWARE};
    OK(SCardGetStatusChangeA(context, 0, &reader, 1));
    printf("present %d atr of %lu\n", (reader.dwEventState & SCARD_STATE_PRESENT) != 0, (unsigned long)reader.cbAtr);
    SCARDHANDLE card;
    OK(SCardConnectA(context, names, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol));
    OK(SCardBeginTransaction(card));
    select_by(card, SCARD_PCI_T1);
    OK(SCardEndTransaction(card, SCARD_LEAVE_CARD));
    len = SCARD_AUTOALLOCATE;
    OK(SCardStatusA(card, (LPSTR)&name, &len, &state, &protocol, (LPBYTE)&atr, &atr_len));
    printf("%s, %lu characters, state %lu protocol %lu\n", name, (unsigned long)len, (unsigned long)state,
           (unsigned long)protocol);
    show("atr", atr, 4);
    OK(SCardGetAttrib(card, SCARD_ATTR_VENDOR_NAME, (LPBYTE)&vendor, &vendor_len));
    printf("vendor %s, %lu bytes\n", (char *)vendor, (unsigned long)vendor_len);
    BYTE answer[8];
    OK(SCardControl(card, 0x42330006, NULL, 0, answer, sizeof answer, &len));
    show("control", answer, len);
    UNSUPPORTED(SCardGetTransmitCount(card, &len));
    UNSUPPORTED(SCardState(card, &state, &protocol, answer, &len));
    OK(SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD, &protocol));
    OK(SCardDisconnect(card, SCARD_RESET_CARD));
    check("SCardDisconnect", SCardDisconnect(card, SCARD_LEAVE_CARD), SCARD_E_INVALID_HANDLE);
    OK(SCardFreeMemory(context, vendor));
    OK(SCardFreeMemory(context, atr));
    OK(SCardFreeMemory(context, name));
    OK(SCardFreeMemory(context, names));
}

static void by_utf_16(SCARDCONTEXT context) {
    LPWSTR names = NULL;
    WCHAR name[64];
    DWORD len = SCARD_AUTOALLOCATE, protocol, state, atr_len = 36;
    BYTE atr[36];
    OK(SCardListReadersW(context, NULL, (LPWSTR)&names, &len));
    LPCWSTR second = names + lstrlenW(names) + 1;
    printf("second %s\n", lstrcmpW(second, L"Lesegerät 読取機 00 00") == 0 ? "as it is" : "otherwise");
    SCARD_READERSTATEW reader = {.szReader = second, .dwCurrentState = SCARD_STATE_UNAWARE};
    OK(SCardGetStatusChangeW(context, 0, &reader, 1));
    printf("present %d\n", (reader.dwEventState & SCARD_STATE_PRESENT) != 0);
    SCARDHANDLE card;
    OK(SCardConnectW(context, second, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &card, &protocol));
    select_by(card, SCARD_PCI_T0);
    len = 64;
    OK(SCardStatusW(card, name, &len, &state, &protocol, atr, &atr_len));
    printf("%s, %lu characters, state %lu protocol %lu\n", lstrcmpW(second, name) == 0 ? "the same" : "another",
           (unsigned long)len, (unsigned long)state, (unsigned long)protocol);
    OK(SCardDisconnect(card, SCARD_LEAVE_CARD));
    OK(SCardFreeMemory(context, names));
    check("SCardConnectW", SCardConnectW(context, L"none", 2, 3, &card, &protocol), SCARD_E_UNKNOWN_READER);
}

static void without(SCARDCONTEXT context) {
    DWORD len = 0;
    GUID guid;
    UNSUPPORTED(SCardListCardsA(context, NULL, NULL, 0, NULL, &len));
    UNSUPPORTED(SCardListCardsW(context, NULL, NULL, 0, NULL, &len));
    UNSUPPORTED(SCardGetProviderIdA(context, "card", &guid));
    UNSUPPORTED(SCardIntroduceCardTypeW(context, L"card", NULL, NULL, 0, NULL, NULL, 0));
    UNSUPPORTED(SCardForgetReaderA(context, "reader"));
    UNSUPPORTED(SCardLocateCardsW(context, L"card\0", NULL, 0));
    UNSUPPORTED(SCardReadCacheA(context, &guid, 0, "name", NULL, &len));
    UNSUPPORTED(SCardWriteCacheW(context, &guid, 0, (LPWSTR)L"name", NULL, 0));
}

int main(int count, char **arguments) {
    if (count > 1 && !SetCurrentDirectoryA(arguments[1]))
        return 2;
    HANDLE started = SCardAccessStartedEvent();
    printf("started %d\n", started != NULL && WaitForSingleObject(started, 0) == WAIT_OBJECT_0);
    SCardReleaseStartedEvent();
    printf("pci %lu %lu %lX\n", (unsigned long)SCARD_PCI_T0->dwProtocol, (unsigned long)SCARD_PCI_T1->dwProtocol,
           (unsigned long)SCARD_PCI_RAW->dwProtocol);
    SCARDCONTEXT context;
    OK(SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context));
    OK(SCardIsValidContext(context));
    by_bytes(context);
    by_utf_16(context);
    without(context);
    OK(SCardCancel(context));
    OK(SCardReleaseContext(context));
    check("SCardIsValidContext", SCardIsValidContext(context), SCARD_E_INVALID_HANDLE);
    printf("failures %d\n", failures);
    return failures != 0;
}
